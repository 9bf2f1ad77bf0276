"""The made-up names and places that a world's people and companies are drawn from."""

from typing import NamedTuple


class Place(NamedTuple):
    """Where a person or a company is."""

    city: str
    state: str | None
    country: str
    gdpr: bool = False


PLACES = (
    Place("Austin", "Texas", "United States"),
    Place("Denver", "Colorado", "United States"),
    Place("Hamburg", "Hamburg", "Germany", gdpr=True),
    Place("Boston", "Massachusetts", "United States"),
    Place("Toronto", "Ontario", "Canada"),
    Place("Chicago", "Illinois", "United States"),
    Place("Lyon", "Auvergne-Rhone-Alpes", "France", gdpr=True),
    Place("Sydney", "New South Wales", "Australia"),
    Place("Seattle", "Washington", "United States"),
    Place("Singapore", None, "Singapore"),
)
GDPR_COUNTRIES = frozenset(
    "Austria|France|Germany|Ireland|Netherlands|Norway|Poland|Spain|Sweden".split("|")
)

FIRST_NAMES = (
    "Ada Amir Anika Arjun Bea Bruno Carla Chidi Clara Dario Dina Edda Elias Emre Esme Farah Felix "
    "Gita Goran Hana Hugo Ida Imani Ines Ivo Jana Jonas Juno Kaito Karin Kofi Lara Leon Lina Luca "
    "Maja Malik Marta Milan Mina Nadia Nils Noor Olga Omar Orla Pavel Petra Priya Quinn Rafael "
    "Rosa Ruben Sana Selma Theo Tilda Uma Viktor Wanda Yusuf Zara"
).split()
LAST_NAMES = (
    "Abara Adler Aldane Amsel Barlow Becker Bexley Brandt Calder Castell Corvin Dahl Dorrit Drost "
    "Eckhart Ellwood Fenwick Ferro Galloway Garrow Gruber Hale Harlow Hollis Ibarra Ilves Jansky "
    "Jarvis Kaplan Keller Kestner Lindqvist Lomax Lund Marlow Mercer Moreau Nakata Nordin Novak "
    "Okoro Orwin Osei Pascoe Penrose Quill Radley Reyes Rowan Sandoval Selwyn Sorrel Tamm Thorne "
    "Tilney Ulrich Vance Verhoeven Wexler Whitlock Winter Yilmaz Zeller"
).split()
COMPANY_FIRST = (
    "Amber Anchor Aspen Atlas Beacon Birch Blue Bold Cedar Cinder Clover Cobalt Copper Coral "
    "Crescent Delta Drift Eagle Ember Falcon Fern Flint Forge Garnet Golden Granite Grove Harvest "
    "Hazel Heron Indigo Iron Ivory Juniper Lantern Linden Lunar Marble Meadow Mistral Noble North "
    "Ocean Onyx Opal Orchard Quartz River Silver Stone"
).split()
COMPANY_SECOND = (
    "Analytics Automation Biotech Bearings Capital Ceramics Clinics Consulting Dental Devices "
    "Dynamics Education Energy Engineering Fabrics Farms Filters Finance Foods Freight Glass "
    "Hotels Insurance Labs Learning Lighting Logistics Machines Media Metals Mobility Optics "
    "Packaging Pharma Plastics Printing Security Software Systems Textiles"
).split()
INDUSTRIES = (
    "information technology & services",
    "mechanical or industrial engineering",
    "hospital & health care",
    "logistics & supply chain",
    "financial services",
    "food & beverages",
    "renewables & environment",
)
# Title, seniority, department.
JOBS = (
    ("Head of Purchasing", "head", "operations"),
    ("VP Sales", "vp", "sales"),
    ("Marketing Manager", "manager", "marketing"),
    ("Chief Technology Officer", "c_suite", "engineering"),
    ("Managing Director", "c_suite", "entrepreneurship"),
    ("Software Engineer", "entry", "engineering"),
    ("HR Director", "director", "human_resources"),
    ("Finance Controller", "senior", "finance"),
    ("Founder", "founder", "entrepreneurship"),
    ("Support Lead", "manager", "support"),
)

# Name, domain, city, country, number of the company that owns it.
KNOWN_COMPANIES: tuple[tuple[str, str, str, str, int | None], ...] = (
    ("Müller & Söhne Maschinenbau GmbH", "mueller-soehne.example", "Stuttgart", "Germany", None),
    ("Nordlicht Energie AG", "nordlicht-energie.example", "Hamburg", "Germany", None),
    ("Nordlicht Solar GmbH", "nordlicht-solar.example", "Leipzig", "Germany", 1),
    ("Brightwater Analytics", "brightwater.example", "Austin", "United States", None),
    ("Saint-Clair Conseil", "saint-clair-conseil.example", "Lyon", "France", None),
    ("Ångström Instruments AB", "angstrom-instruments.example", "Göteborg", "Sweden", None),
    ("O'Malley & Keane Logistics", "omalley-keane.example", "Dublin", "Ireland", None),
    ("Harbor & Pine Coffee Co.", "harborandpine.example", "Portland", "United States", None),
    ("Kestrel Robotics", "kestrelrobotics.example", "Boston", "United States", None),
    ("Kestrel Robotics Europe B.V.", "kestrelrobotics-eu.example", "Eindhoven", "Netherlands", 8),
    ("Łódź Tekstylia Sp. z o.o.", "lodz-tekstylia.example", "Łódź", "Poland", None),
    ("Peña Alimentos S.A.", "pena-alimentos.example", "Madrid", "Spain", None),
    ("Alpenglühen Touristik GmbH", "alpengluehen.example", "Innsbruck", "Austria", None),
    ("Redwood Health Partners", "redwoodhealth.example", "Sacramento", "United States", None),
    ("Twelve Oaks Realty", "twelveoaks.example", "Atlanta", "United States", None),
    ("Copper Kettle Foods", "copperkettle.example", "Leeds", "United Kingdom", None),
    ("Fjordline Shipping AS", "fjordline-shipping.example", "Bergen", "Norway", None),
    ("Zürcher Präzision AG", "zuercher-praezision.example", "Zürich", "Switzerland", None),
    ("Maple Ridge Timber Ltd.", "mapleridge-timber.example", "Toronto", "Canada", None),
    ("Sakura Device K.K.", "sakura-device.example", "Osaka", "Japan", None),
)
# Three for each company above, in its order.
KNOWN_PEOPLE = tuple(
    tuple(name.split("|"))
    for name in (
        "Jürgen|Müller Anna-Lena|Weiß Björn|Größer Femke|Petersen Sören|Clausen Käthe|Rühmann "
        "Uwe|Krüger Heike|Böttcher Jörg|Schäfer Grace|Whitfield Marcus|Ellison Nia|Okafor "
        "Anne-Sophie|Lefèvre Jean-Luc|Moreau Zoé|Garçon Åsa|Lindström Göran|Öberg Märta|Sjögren "
        "Niamh|O'Malley Ciarán|Keane Siobhán|D'Arcy Dana|Holloway Miguel|Santos Ruth|Abernathy "
        "Priya|Raghavan Tom|Adeyemi-Clarke Lucy|Hawthorne Sanne|de_Vries Joost|van_den_Berg "
        "Lieke|Janssen Łukasz|Wójcik Małgorzata|Żak Paweł|Śliwiński María_José|Peña "
        "Íñigo|Muñoz Lucía|Ibáñez Matthäus|Hölzl Vroni|Gschwandtner Xaver|Oberhuber "
        "Denise|Fairbanks Walter|Nguyen Teresa|Bloom Calvin|Pritchard Simone|Duval Hank|Lowry "
        "Imogen|Ashcroft Rhys|Bevan Poppy|Entwistle Håkon|Bjørnstad Ingrid|Sæther Øyvind|Nygård "
        "Ursina|Bänziger Reto|Zgraggen Flurina|Cadruvi Owen|MacTavish Elodie|Tremblay "
        "Sophie|Bouchard-Roy Haruto|Kobayashi Yuki|Tanabe Mei|Fujimori"
    ).split()
)
