# ruff: noqa: RUF001 - names are written as their bearers write them
"""Names that people and companies bear, though a program may take them for something else."""

PEOPLE = """
May June April August Summer Friday Monday Janvier Mai Augusto Octavia Decker Sept Marzia Janus
Null None Na Nan Nil True False No Yes Si Void Nulla Undefined Test Exe Dev Root Admin
O'Brien O’Brien D'Angelo Mc'Kay N'Golo Ng Wu Li Xi O E X Æ Jr III
José João JOÃO Ângela ÂNGELA ANDRÉ Conceição CONCEIÇÃO Guimarães GUIMARÃES Magalhães IRMÃOS
Simões SIMÕES Antão ANTÃO Leão LEÃO Falcão Brandão Romão Ção Côrte Luís LUÍS Mãe MAÇÃ Sebastião
Müller MÜLLER Jürgen Groß GROSS Strauß Weiß Schäfer SCHÄFER Ärzte ÄRZTE Öztürk ÖZTÜRK Übel Köhler
Bjørn Øyvind ØYVIND Åse ÅSE Ågren Sjöberg SJÖBERG Mäkelä MÄKELÄ Hämäläinen Yrjö Ylä-Outinen Æsir
Þór ÞÓR Guðrún Sigríður Ásgeir Ólafur Ægir
Łukasz ŁUKASZ Wójcik WÓJCIK Żółć ŻÓŁĆ Święta Wiącek Gęś Ćwik Čapek ČAPEK Dvořák DVOŘÁK Šimůnek
Žižka ŽIŽKA Růžička Ďurica Ťapák Đorđe ĐORĐE Đukić Šešelj Kovač Nuñez NUÑEZ Muñoz PEÑA Iñigo Ñandú
García GARCÍA Ibáñez Ángel ÁNGEL Íñiguez Óscar Úrsula Güell Camí Capdevila·Roca Muncunill·Vila
Hélène HÉLÈNE Benoît BENOÎT Françoise FRANÇOISE Zoë ZOË Noël NOËL Anaïs Jérôme Gaël Œuvrard ŒUVRARD
Çelik ÇELİK Şahin ŞAHİN İbrahim Işık Gülşen Yağız Ünal Ștefan ȘTEFAN Țiriac Ăsta Brânză ROMÂNCA
Kőszegi KŐSZEGI Széll Erdős Ősz Űrhajós Ēriks Jānis JĀNIS Ģirts Ķēniņš Līga Ņina Šķēle Ūdris
Tõnis TÕNIS Õnne Ülle Žemaitis Ąžuolas Ėglė Įvilė Ųsas
Nguyễn NGUYỄN Trần TRẦN Đặng Phạm Vũ Hồ Lê Bùi Ngô Đỗ Hoàng
Ελένη ΕΛΈΝΗ Κώστας Γιώργος Ирина Владимир ВЛАДИМИР Ёлкин Олексій Їжакевич
花子 田中 さくら 김철수 박지성 王伟 李娜 محمد فاطمة דוד מיכאל अमित प्रिया สมชาย გიორგი Արամ
""".split()
COMPANIES = [
    *("AT&T", "3M", "7-Eleven", "1&1", "24/7 Media", "99designs", "1-800-Flowers", "20th Century"),
    *(
        "E.ON",
        "e+h",
        "A+E Networks",
        "2E3",
        "1E",
        "10e100",
        "E+",
        "4E+ GmbH",
        "5e Sens",
        "Level 42",
    ),
    *("May & Co", "May-Flower", "Mar-12 Labs", "Dec-Tech", "12-May Studio", "Jan. Müller", "9-11"),
    *("Café™", "CAFÉ™", "Nestlé®", "NESTLÉ®", "METSÄ®", "METSÄ™", "Å–Ö AB", "IRMÃ – SILVA", "MÃE®"),
    *("L’Oréal", "L’ORÉAL", "Gasthaus „Zum Bär“", "„BÄR“", "«Está»", "École « Été »", "Groß–Gerau"),
    *("#1 Roofing", "#hashtag", "Ref", "Name!", "N/V Holding", "Err: Studio", "Value", "Zahl & Co"),
    *("SÃO PAULO S.A.", "São Paulo – Sul", "Açúcar & Cia", "Pão de Açúcar", "PÃO", "Maçã…", "NÃO"),
    *(
        "Total",
        "Total Energies",
        "Sum Up",
        "Summe 3",
        "All",
        "£1 Shop",
        "¥ Partners",
        "§ 1 Kanzlei",
    ),
    *("½ Price", "µTorrent", "Ω Labs", "×2", "÷ Studio", "² Ventures", "No. 5", "Nº 1", "1ª Linha"),
]
