"""The disk under a journal: what is refused, and the room that is kept back."""

import pytest

from apollo_batch.errors import UsageError
from apollo_batch.journal import disk


@pytest.fixture
def mounted(tmp_path):
    """Say what is mounted where, as the system's own list does."""

    def say(*lines):
        listed = tmp_path / "mounts"
        listed.write_text("".join(f"{line} rw 0 0\n" for line in lines))
        return listed

    return say


@pytest.mark.parametrize("kind", ["nfs4", "cifs", "fuse.sshfs", "9p"])
def test_a_folder_on_a_network_drive_is_refused_with_its_kind(tmp_path, mounted, kind):
    mounts = mounted("/dev/sda / ext4", f"server:/share {tmp_path} {kind}")

    with pytest.raises(UsageError, match=kind) as refused:
        disk.see_that_it_is_local(tmp_path / "state", mounts)

    assert "--state" in str(refused.value)


def test_what_lies_over_a_network_drive_counts(tmp_path, mounted):
    mounts = mounted(
        "/dev/sda / ext4", f"server:/share {tmp_path} nfs", f"/dev/sdb {tmp_path}/own\\040disk xfs"
    )

    disk.see_that_it_is_local(tmp_path / "own disk", mounts)


def test_a_system_without_a_list_of_mounts_is_believed(tmp_path):
    disk.see_that_it_is_local(tmp_path, tmp_path / "nowhere")


def test_room_is_kept_back_once_and_given_once(tmp_path):
    disk.lay_ballast(tmp_path)
    disk.lay_ballast(tmp_path)

    assert (tmp_path / "ballast").stat().st_blocks * 512 >= disk.BALLAST_BYTES
    assert disk.drop_ballast(tmp_path)
    assert not disk.drop_ballast(tmp_path)
