"""What columns are called, in four languages and in exports: the words for each thing they hold.

Phrases stand between bars, the surest first; letters, spaces and accents are compared as
`recognise.squashed` leaves them. `{person}` and `{company}` stand for any of the words for one. A
phrase that ends in `?` counts only where the cells below it show that it is meant.
"""

PEOPLE = (
    "contact lead person people attendee delegate visitor prospect participant registrant guest "
    "member buyer recipient individual invitee candidate gesprächspartner ansprechpartner "
    "kontakt kontaktperson teilnehmer besucher "
    "gast interessent personne visiteur invité interlocuteur contacto persona asistente visitante "
    "participante invitado"
).split()
COMPANIES = (
    "company account organization organisation employer business firm firma unternehmen betrieb "
    "arbeitgeber kunde entreprise société organisme employeur empresa compañía organización "
    "empleador sociedad exhibitor aussteller exposant expositor"
).split()

HEADERS = {
    "first name": "first name | {person} first name | given name | forename | first | fname | "
    "vorname | {person} vorname | vorname {person} | rufname | prénom | prénom du {person} | "
    "prénom {person} | nombre de pila | primer nombre | nombres",
    "last name": "last name | {person} last name | {person} surname | surname | family name | last | "
    "lname | nachname | {person} nachname | nachname {person} | familienname | zuname | "
    "nom de famille | nom du {person} de famille | apellidos | apellido | primer apellido | "
    "apellidos del {person} | apellido paterno",
    "full name": "full name | {person} name | {person} full name | name of {person} | "
    "{person} | contact person | persona de contacto | personne à contacter | "
    ""
    "first and last name | firstname lastname | vollständiger name | vor- und nachname | "
    "vorname nachname | name vorname | nachname vorname | name des {person}s | nom complet | "
    "prénom et nom | nom et prénom | nom prénom | prénom nom | nom du {person} | "
    "nombre completo | nombre y apellidos | nombre y apellido | apellidos y nombre | "
    "nombre del {person} | nombre de la {person}",
    "email": "work email | business email | professional email | corporate email | email work | "
    "email business | work email address | business email address | {person} work email | "
    "geschäftliche email | email geschäftlich | geschäftliche email adresse | dienstliche email | "
    "email dienstlich | email professionnel | adresse email professionnelle | "
    "courriel professionnel | email pro | mail pro | email corporativo | correo corporativo | "
    "email profesional | correo profesional | correo electrónico corporativo | email | "
    "email address | {person} email | {person} email address | email {person} | primary email | "
    "email 1 | email 1 value | mail | mail address | {person} mail | email adresse | mailadresse | "
    "email adresse {person} | elektronische adresse | adresse email | adresse mail | courriel | "
    "adresse électronique | adresse email du {person} | email du {person} | correo electrónico | "
    "correo | email de contacto | dirección de correo electrónico | dirección de correo | "
    "dirección email | correo electrónico del {person} | email del {person} | personal email | "
    "private email | private email adresse | email privat | email personnel | correo personal",
    "hashed email": "hashed email | email hash | email md5 | email sha256 | md5 email | sha256 email",
    "person page": "person linkedin url | linkedin url | linkedin profile url | linkedin profile | "
    "linkedin | {person} linkedin | {person} linkedin url | {person} linkedin profile | "
    "linkedin url public | public linkedin url | linkedin public url | linkedin link | "
    "linkedin page | linkedin address | li url | linkedin profil | linkedin profil url | "
    "profil linkedin | linkedin seite | lien linkedin | url linkedin | perfil de linkedin | "
    "perfil linkedin | enlace linkedin | linkedin member url | default profile url ? | "
    "profile url ? | public profile url ? | profile ? | profile link ? | url ? | link ?",
    "company page": "company linkedin url | {company} linkedin url | {company} linkedin | "
    "{company} linkedin page | {company} linkedin profile | linkedin {company} page | "
    "linkedin {company} | linkedin {company} url | regular company url ? | linkedin ? | "
    "linkedin url ? | linkedin page ? | linkedin seite ? | url ?",
    "company": "company name | company | {company} name | {company} | {company} {company} | "
    "{company} {company} name | "
    "current company | current company name | current employer | aktuelle firma | "
    "aktuelles unternehmen | entreprise actuelle | "
    "empresa actual | name of {company} | "
    "{company} legal name | {person} company | {person} company name | company of {person} | "
    "firmenname | unternehmensname | firmenbezeichnung | name der firma | name des unternehmens | "
    "firma {person} | zugeordnetes {company} | nom de l'{company} | nom de la {company} | "
    "nom {company} | raison sociale | dénomination sociale | dénomination | institution | "
    "{company} du {person} | razón social | "
    "nombre de la {company} | nombre {company} | nombre comercial | denominación social | "
    "{company} del {person} | associated company | zugeordnete {company} | customer | customer name",
    "domain": "company domain | {company} domain | company domain name | domain | domain name | "
    "primary domain | web domain | website domain | {company} website | {company} website url | "
    "{company} web site | website | website url | web site | webpage | web page | web address | "
    "homepage | home page | {company} url | {company} web | {company} homepage | "
    "website {company} | webseite | website der {company} | webseite {company} | webadresse | "
    "internetseite | internetadresse | internetauftritt | internet | domäne | site web | "
    "site internet | site | adresse web | site web de l'{company} | site web {company} | "
    "domaine | nom de domaine | domaine {company} | "
    "domaine de l'{company} | página web | sitio web | web | web {company} | "
    "página web de la {company} | sitio web de la {company} | dominio | dominio web | "
    "dominio de la {company} | www | url ? | link ? | {person} website ? | "
    "{person} {company} website | {person} {company} domain",
    "title": "title | job title | {person} title | {person} job title | position | position title | "
    "current title | current job title | current job | current position | job | role | job role | "
    "job position | designation | organization title | funktion | berufsbezeichnung | "
    "stellenbezeichnung | jobtitel | positionsbezeichnung | rolle | stelle | tätigkeit | fonction | "
    "poste | intitulé du poste | intitulé de poste | titre du poste | fonction du {person} | cargo | "
    "puesto | puesto de trabajo | título del puesto | cargo del {person}",
    "place": "location | {person} location | mailing address | full address | address | adresse | "
    "anschrift | standort | wohnort | localisation | ubicación | dirección",
    "company place": "{company} address | {company} location | billing address | "
    "{company} billing address | address | full address | location | anschrift | adresse | "
    "firmenadresse | firmenanschrift | adresse de l'{company} | adresse du siège | "
    "dirección de la {company} | dirección | domicilio social",
    "direct phone": "work direct phone | direct phone | direct dial | direct number | work phone | "
    "business phone | office phone | phone | phone number | telephone | telephone number | "
    "{person} phone | {person} phone number | phone 1 | phone 1 value | durchwahl | telefon | "
    "telefonnummer | telefon geschäftlich | téléphone | numéro de téléphone | ligne directe | "
    "téléphone professionnel | tél | teléfono | número de teléfono | teléfono directo | "
    "teléfono del trabajo",
    "mobile phone": "mobile phone | mobile | mobile number | mobile phone number | cell | cell phone | "
    "cellphone | {person} mobile | {person} mobile phone | handy | handynummer | mobiltelefon | "
    "mobil | mobilnummer | portable | téléphone portable | téléphone mobile | numéro de portable | "
    "móvil | teléfono móvil | celular",
    "home phone": "home phone | private phone | telefon privat | téléphone personnel | "
    "téléphone domicile | teléfono particular | teléfono de casa",
    "other phone": "other phone | secondary phone | weitere telefonnummer | autre téléphone | "
    "otro teléfono",
    "company phone": "company phone | {company} phone | {company} phone number | corporate phone | "
    "headquarters phone | hq phone | main phone | switchboard | telefon zentrale | zentrale | "
    "telefon {company} | standard téléphonique | téléphone {company} | centralita | "
    "teléfono de la {company} | teléfono {company}",
    "phone of the company": "company phone | {company} phone | {company} phone number | "
    "corporate phone | "
    "headquarters phone | main phone | phone | phone number | telephone | telephone number | "
    "zentrale | "
    "telefon | telefonnummer | telefon {company} | téléphone | numéro de téléphone | "
    "standard téléphonique | teléfono | número de teléfono | centralita",
    "person id": "apollo person id | person id",
    "contact id": "apollo contact id | contact id | apollo id ? | id ?",
    "account id": "apollo account id | account id | apollo id ? | id ?",
    "organization id": "apollo organization id | organization id | company id",
    "deal id": "apollo deal id | deal id | opportunity id | apollo id ? | id ?",
    "task id": "apollo task id | task id | apollo id ? | id ?",
    "deal": "deal name | deal | opportunity name | opportunity | dealname | abschluss | "
    "nom de la transaction | opportunité | nombre del negocio | negocio | oportunidad",
    "amount": "amount | deal amount | value | deal value | betrag | summe | wert | montant | valeur | "
    "importe | valor | cantidad",
    "closing date": "close date | closed date | closing date | closes on | expected close date | "
    "expected closing date | abschlussdatum | voraussichtlicher abschluss | date de clôture | "
    "date de fermeture | fecha de cierre",
    "due": "due | due at | due date | deadline | fällig | fällig am | fälligkeitsdatum | frist | "
    "échéance | date d'échéance | vencimiento | fecha de vencimiento",
    "list name": "list | list name | name | liste | listenname | nom de la liste | lista | "
    "nombre de la lista",
    "lists": "lists | list | listen | liste | listes | listas | lista | label | labels",
    "owner": "owner | owner email | {person} owner | {company} owner | deal owner | inhaber | "
    "besitzer | zuständig | verantwortlich | propriétaire | responsable | propietario",
    "stage": "stage | {person} stage | {company} stage | deal stage | phase | étape | etapa | fase",
    "note": "note | notes | remark | outcome | notiz | bemerkung | remarque | nota | observaciones",
    "task title": "title | task | task title | subject | aufgabe | betreff | tâche | objet | tarea | "
    "asunto",
    "how": "mode | how",
    "wanted titles": "titles | job titles | wanted titles | personas",
    "keywords": "keywords | search words | suchbegriffe | mots clés | palabras clave",
    "member id": "entity id | member id",
}

# A bare "Name" is what the columns beside it leave over: phrase, what it is then, with what beside
# it, and without what.
LEFT_OVER = (
    ("name", "last name", ("first name",), ("last name", "full name")),
    ("nom", "last name", ("first name",), ("last name", "full name")),
    ("nombre", "first name", ("last name",), ("first name", "full name")),
    ("name", "full name", (), ("last name", "full name")),
    ("nom", "full name", (), ("last name", "full name")),
    ("nombre", "full name", (), ("first name", "full name")),
)

SOMEBODY_ELSE = (
    "owner rep representative manager assistant created modified updated by referrer referred source "
    "sender seller salesperson sdr bdr ae csm account executive reports supervisor colleague our "
    "previous old former second secondary tertiary alternate alternative billing invoice "
    "besitzer inhaber betreuer betreuung verantwortlich zuständig zuständiger vertrieb vertriebler "
    "mitarbeiter vorgesetzter assistenz vertreter erstellt geändert quelle rechnung weitere "
    "propriétaire commercial responsable gestionnaire créé modifié assistant assistante source "
    "facturation ancien secondaire propietario comercial gestor creado modificado asistente "
    "origen facturación anterior secundario vendedor"
).split()
"""Words in a header that say: the cells are about somebody else than the row is."""

MEANS = {
    "name": "full name",
    "organization_name": "company",
    "linkedin_url": "person page",
    "website": "domain",
    "website_url": "domain",
    "email": "email",
    "hashed_email": "hashed email",
    "first_name": "first name",
    "last_name": "last name",
    "domain": "domain",
    "title": "title",
    "present_raw_address": "place",
    "raw_address": "company place",
    "direct_phone": "direct phone",
    "corporate_phone": "company phone",
    "mobile_phone": "mobile phone",
    "home_phone": "home phone",
    "other_phone": "other phone",
    "contact_id": "contact id",
    "account_id": "account id",
    "organization_id": "organization id",
    "organization_ids": "organization id",
    "opportunity_id": "deal id",
    "task_id": "task id",
    "entity_id": "member id",
    "amount": "amount",
    "closed_date": "closing date",
    "due_at": "due",
    "owner_id": "owner",
    "user_id": "owner",
    "contact_stage_id": "stage",
    "account_stage_id": "stage",
    "opportunity_stage_id": "stage",
    "label_names": "lists",
    "note": "note",
    "mode": "how",
    "q_organization_domains_list": "domain",
    "q_organization_name": "company",
    "q_opportunity_name": "deal",
    "q_keywords": "keywords",
    "person_titles": "wanted titles",
}
"""Parameter to what a column has to hold for it."""

MEANS_OF = {
    ("people", "id"): "person id",
    ("organizations", "id"): "organization id",
    ("organizations", "name"): "company",
    ("organizations", "linkedin_url"): "company page",
    ("accounts", "name"): "company",
    ("accounts", "phone"): "phone of the company",
    ("deals", "name"): "deal",
    ("lists", "name"): "list name",
    ("tasks", "title"): "task title",
    ("contacts", "q_keywords"): "full name",
}
"""The same where it depends on what the operation is about."""

INSTEAD = {
    "name": (("first_name", "last_name"),),
    "first_name": (("name",),),
    "last_name": (("name",),),
    "website": (("domain",),),
    "hashed_email": (("email",),),
    "q_organization_name": (("q_organization_domains_list",), ("organization_ids",)),
    "q_organization_domains_list": (("organization_ids",),),
}
"""Parameter to those that say the same more surely: where these are filled, it is not."""

NOBODYS = (
    "info contact kontakt office sales vertrieb verkauf hello hallo support service admin mail post "
    "team marketing accueil bonjour commercial contacto ventas comercial hola reception zentrale "
    "empfang anfrage booking events presse press hr jobs"
).split()
"""What an e-mail address begins with that reaches a company and no person."""

SALUTATIONS = (
    "mr mrs ms miss mx sir dr prof professor herr frau hr fr dipl ing mag m mme mlle monsieur madame "
    "sr sra srta señor señora don doña med h c"
).split()
"""What a column called Title holds where it is no job title."""

_YES = "^(yes|y|true|1|x|ja|j|wahr|oui|o|vrai|si|sí|s|verdadero)$"
LEFT_OUT = (
    (
        "opted_out",
        _YES,
        "do not contact | do not email | do not mail | dnc | email opt out | opt out | opted out | "
        "email opted out | opted out of email | has opted out of email | unsubscribed | "
        "unsubscribed from all email | unsubscribed from email | email unsubscribed | "
        "nicht kontaktieren | kontaktsperre | werbesperre | keine werbung | werbewiderspruch | "
        "abgemeldet | email abgemeldet | robinson | ne pas contacter | désinscrit | désabonné | "
        "ne pas envoyer d'email | opposition | no contactar | dado de baja | baja | no enviar email",
    ),
    (
        "bounced",
        _YES,
        "email bounced | bounced | hard bounced | email hard bounced | email ungültig",
    ),
    (
        "bounced",
        "bounc|invalid|ungültig|inválid|rebot",
        "email status | email verification status | email validity | status email | "
        "zustellbarkeit | statut email | statut de l'email | estado del email | estado email",
    ),
)
"""Columns that say who is to be left out: the reason, which cells say so, and what they are called."""
