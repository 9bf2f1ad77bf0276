"""Headers as exports and people write them, with made-up rows: which column fills which parameter.

A line is `header = what its cells hold`, and behind an arrow the parameter that the column fills;
`\\n`, `\\ufeff` and `\\xa0` stand for themselves.
"""

from collections.abc import Iterator
from dataclasses import dataclass

_PEOPLE = (
    ("Ada", "Muster", "Musterbau GmbH", "musterbau.example", "Head of Purchasing", "Köln"),
    ("Ben", "Sample", "Sample Works Ltd", "sampleworks.example", "Buyer", "Leeds"),
    ("Cléo", "Exemple", "Exemple & Fils SA", "exemple-fils.example", "Directrice", "Lyon"),
    ("Dario", "Prueba", "Prueba SL", "prueba.example", "Ingeniero", "Sevilla"),
    ("Eva", "Probst-Test", "Testwerk AG", "testwerk.example", "CTO", "Bern"),
    ("Finn", "O'Specimen", "Specimen Inc", "specimen.example", "VP Sales", "Austin"),
)
_REPS = ("rita.rep@ourselves.example", "otto.rep@ourselves.example")


def _cell(holds: str, number: int) -> str:
    first, last, company, domain, title, city = _PEOPLE[number]
    slug = f"{first}-{last}".lower().replace("'", "")
    mail = f"{first}.{last}@{domain}".lower().replace("'", "").replace("é", "e")
    cells = {
        "first": first,
        "last": last,
        "full": f"{first} {last}",
        "last, first": f"{last}, {first}",
        "company": company,
        "domain": domain,
        "url": f"https://www.{domain}/about",
        "email": mail,
        "text email": f"{first} {last} <{mail}>",
        "rep email": _REPS[number % 2],
        "company email": f"{('info', 'kontakt', 'contact', 'ventas', 'office', 'sales')[number]}@{domain}",
        "rep": ("Rita Rep", "Otto Rep")[number % 2],
        "title": title,
        "salutation": ("Ms", "Mr", "Mme", "Sr.", "Frau", "Mr.")[number],
        "degree": ("Dr.", "", "", "", "Prof. Dr.", "")[number],
        "phone": f"+1 555 010 {number}2{number}4",
        "city": city,
        "place": f"{city}, Example Land",
        "date": f"2026-0{number + 1}-11",
        "amount": f"{number + 1}200",
        "number": f"{4711 + number}",
        "text": ("met at the booth", "wants a quote", "", "call back", "", "no budget")[number],
        "person page": f"https://www.linkedin.com/in/{slug}",
        "slug": f"in/{slug}",
        "company page": f"https://www.linkedin.com/company/{domain.partition('.')[0]}",
        "sales page": f"https://www.linkedin.com/sales/lead/ACwAAB{number}xYz,NAME_SEARCH",
        "landing page": f"https://go.ourselves.example/spring?utm_source=ad{number % 2}",
        "picture": f"https://pictures.example/{slug}.png",
        "crm id": f"003Hs00001Ab{number}dEQ",
        "apollo id": f"66e1a2b3c4d5e6f70819{number}a3b",
        "flag": ("FALSE", "TRUE", "FALSE", "FALSE", "FALSE", "FALSE")[number],
        "status": ("Verified", "Bounced", "Verified", "Unavailable", "Verified", "")[number],
        "stage": ("New", "Open", "New", "Won", "Open", "New")[number],
        "empty": "",
    }
    return cells[holds]


@dataclass(frozen=True)
class HeaderSet:
    """A sheet, and what each of its columns is."""

    name: str
    operation: str
    asked: bool
    """Whether the operation has to be named; else it is what the sheet itself suggests."""
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    expects: dict[str, str]
    """Parameter to the header of the column that fills it."""


def header_sets() -> Iterator[HeaderSet]:
    """Every sheet there is."""
    for block in filter(str.strip, _SETS.split("\n## ")):
        title, *lines = block.strip().removeprefix("## ").splitlines()
        name, _, operation = title.partition(": ")
        parts = [line.partition(" = ") for line in lines]
        told = [(_read(header), *rest.partition(" -> ")[::2]) for header, _, rest in parts]
        yield HeaderSet(
            name,
            operation.removesuffix("!"),
            operation.endswith("!"),
            tuple(header for header, _, _ in told),
            tuple(tuple(_cell(holds, n) for _, holds, _ in told) for n in range(len(_PEOPLE))),
            {param: header for header, _, params in told for param in params.split()},
        )


def _read(header: str) -> str:
    for written, meant in (("\\n", "\n"), ("\\ufeff", "\ufeff"), ("\\xa0", "\xa0")):
        header = header.replace(written, meant)
    return header


_SETS = r"""
## English, a list from a fair: people.enrich
First Name = first -> first_name
Last Name = last -> last_name
Company = company -> organization_name
Website = url -> domain
Email = email -> email
Notes = text

## English, one name: people.enrich
Name = full -> name
Company = company -> organization_name
Job Title = title
E-mail = email -> email
Mobile = phone

## English, shouted: people.enrich
FIRST_NAME = first -> first_name
LAST_NAME = last -> last_name
COMPANY_NAME = company -> organization_name
WORK_EMAIL = email -> email
LINKEDIN_URL = person page -> linkedin_url
COUNTRY = city

## English, spaces and line breaks: people.enrich
\ufeffFirst\nName = first -> first_name
Last\xa0 Name = last -> last_name
Company\n(legal entity) = company -> organization_name
E-Mail\nAddress * = email -> email

## Badge scans: people.enrich
Badge ID = number
Scan Time = date
First = first -> first_name
Last = last -> last_name
Title = title
Organization = company -> organization_name
Email Address = email -> email
Phone = phone
Rep Email = rep email
Lead Rating = stage

## Webinar attendees: people.enrich
Attended = flag
User Name (Original Name) = full
First Name = first -> first_name
Last Name = last -> last_name
Email = email -> email
Registration Time = date
Approval Status = stage
Organization = company -> organization_name
Job Title = title
Country/Region Name = city

## Traps: contacts.create!
Owner Email = rep email
Account Owner = rep
First Contact Date = date
Last Activity = date
First Name = first -> first_name
Last Name = last -> last_name
Company Phone = phone -> corporate_phone
Phone = phone -> direct_phone
Email = email -> email
Company = company -> organization_name
Lead Source URL = landing page
State = stage
Manager Name = rep
Assistant Email = rep email
Title = title -> title

## Only the cells tell: people.enrich
Whom we met = full
How to reach them = email -> email
Found on = person page -> linkedin_url
Photo = picture

## Two lines of header: people.enrich
Contact / First name = first -> first_name
Contact / Surname = last -> last_name
Contact / E-mail = email -> email
Company / Name = company -> organization_name
Company / Website = domain -> domain

## Google contacts: people.enrich
First Name = first -> first_name
Middle Name = empty
Last Name = last -> last_name
Organization Name = company -> organization_name
Organization Title = title
E-mail 1 - Label = stage
E-mail 1 - Value = email -> email
Phone 1 - Label = stage
Phone 1 - Value = phone
Photo = picture

## Outlook contacts: contacts.create!
First Name = first -> first_name
Last Name = last -> last_name
Company = company -> organization_name
Job Title = title -> title
Business Phone = phone -> direct_phone
Mobile Phone = phone -> mobile_phone
Home Phone = phone -> home_phone
E-mail Address = email -> email
E-mail Type = stage
Web Page = url -> website_url
Assistant's Name = rep

## A name as address books sort it: people.enrich
Attendee = last, first -> first_name last_name
Employer = company -> organization_name
Attendee Email = text email -> email
Registered by = rep email

## German, a list from a fair: people.enrich
Vorname = first -> first_name
Nachname = last -> last_name
Firma = company -> organization_name
Webseite = domain -> domain
E-Mail = email -> email
PLZ = number
Bemerkung = text

## German, with salutation and degree: people.enrich
Anrede = salutation
Titel = degree
Vorname = first -> first_name
Name = last -> last_name
Firma = company -> organization_name
Position = title
E-Mail-Adresse = email -> email
Telefon = phone
Ort = city

## German, whom to ask: people.enrich
Ansprechpartner = full -> name
Unternehmen = company -> organization_name
Homepage = url -> domain
E-Mail geschäftlich = email -> email
Betreuer = rep
E-Mail Betreuer = rep email

## German companies: organizations.enrich
Kundennummer = number
Firmenname = company -> name
Internet = url -> domain
Branche = stage
Ort = city
Umsatz 2025 = amount

## German without umlauts: people.enrich
VORNAME = first -> first_name
FAMILIENNAME = last -> last_name
ORGANISATION = company -> organization_name
GESCHAEFTLICHE_EMAIL = email -> email
LINKEDIN_PROFIL = person page -> linkedin_url

## German accounts to save: accounts.create!
Unternehmen = company -> name
Domain = domain -> domain
Telefonnummer = phone -> phone
Anschrift = place -> raw_address
Vertriebsmitarbeiter = rep

## French, a list from a fair: people.enrich
Civilité = salutation
Prénom = first -> first_name
Nom = last -> last_name
Société = company -> organization_name
Fonction = title
Adresse e-mail = email -> email
Site web = url -> domain

## French, one name: people.enrich
Nom complet = full -> name
Entreprise = company -> organization_name
Courriel = email -> email
Poste = title
Ville = city

## French companies: organizations.enrich
Raison sociale = company -> name
Site internet = url -> domain
SIRET = number
Code postal = number
Ville = city
Effectif = number

## French, in full words: people.enrich
Nom de famille = last -> last_name
Prénom du contact = first -> first_name
Nom de l'entreprise = company -> organization_name
E-mail professionnel = email -> email
Profil LinkedIn = person page -> linkedin_url
Commercial = rep
E-mail du commercial = rep email

## Spanish, a list from a fair: people.enrich
Nombre = first -> first_name
Apellidos = last -> last_name
Empresa = company -> organization_name
Cargo = title
Correo electrónico = email -> email
Teléfono = phone
Página web = url -> domain

## Spanish, one name: people.enrich
Nombre completo = full -> name
Compañía = company -> organization_name
Email corporativo = email -> email
Ciudad = city
Comercial = rep

## Spanish companies: organizations.enrich
Razón social = company -> name
Sitio web = domain -> domain
CIF = number
Provincia = city

## Spanish, in full words: people.enrich
Nombre del contacto = full -> name
Nombre de la empresa = company -> organization_name
Dominio = domain -> domain
Puesto = title
Fecha de alta = date

## Salesforce, a report of leads: people.enrich
Lead Owner = rep
First Name = first -> first_name
Last Name = last -> last_name
Title = title
Company / Account = company -> organization_name
Email = email -> email
Phone = phone
Lead Source = stage
Rating = stage
Street = city
State/Province = city
Lead Status = stage

## Salesforce, Data Loader: people.enrich
ID = crm id
SALUTATION = salutation
FIRSTNAME = first -> first_name
LASTNAME = last -> last_name
NAME = full
COMPANY = company -> organization_name
EMAIL = email -> email
WEBSITE = url -> domain
HASOPTEDOUTOFEMAIL = flag
OWNERID = crm id
OWNER.EMAIL = rep email
CREATEDBY.NAME = rep
PHOTOURL = picture

## Salesforce, a report of contacts: contacts.create!
Salutation = salutation
First Name = first -> first_name
Last Name = last -> last_name
Title = title -> title
Account Name = company -> organization_name
Mailing City = city
Mobile = phone -> mobile_phone
Email = email -> email
Account Owner = rep
Email Opt Out = flag
Contact ID = crm id
Reports To = rep

## Salesforce, a report of accounts: organizations.enrich
Account Owner = rep
Account Name = company -> name
Type = stage
Billing City = city
Website = url -> domain
Phone = phone
Last Activity = date
Account ID = crm id
Parent Account = company

## Salesforce, members of a campaign: people.enrich
Campaign: Campaign Name = stage
Member Status = stage
Lead: First Name = first -> first_name
Lead: Last Name = last -> last_name
Lead: Company = company -> organization_name
Lead: Email = email -> email
Campaign Owner: Email = rep email

## HubSpot, contacts: people.enrich
Record ID = number
First Name = first -> first_name
Last Name = last -> last_name
Email = email -> email
Phone Number = phone
Contact owner = rep
Lead Status = stage
Marketing contact status = stage
Create Date = date
Associated Company = company -> organization_name
Associated Company IDs = number
Website URL = url -> domain

## HubSpot, companies: organizations.enrich
Record ID = number
Company name = company -> name
Company owner = rep
Create Date = date
Phone Number = phone
Last Activity Date = date
City = city
Country/Region = city
Industry = stage
Company Domain Name = domain -> domain
LinkedIn Company Page = company page -> linkedin_url
Facebook Company Page = landing page
Parent Company = company

## HubSpot, in German: people.enrich
Datensatz-ID = number
Vorname = first -> first_name
Nachname = last -> last_name
E-Mail = email -> email
Telefonnummer = phone
Zuständiger Mitarbeiter für Kontakt = rep
Lead-Status = stage
Zugeordnetes Unternehmen = company -> organization_name
Erstellungsdatum = date

## HubSpot, contacts to save: contacts.create!
First Name = first -> first_name
Last Name = last -> last_name
Email = email -> email
Mobile Phone Number = phone -> mobile_phone
Phone Number = phone -> direct_phone
Job Title = title -> title
Company Name = company -> organization_name
LinkedIn URL = person page -> linkedin_url
Original Source = stage
Lifecycle Stage = stage
Email Domain = domain

## LinkedIn, connections: people.enrich
First Name = first -> first_name
Last Name = last -> last_name
URL = person page -> linkedin_url
Email Address = empty -> email
Company = company -> organization_name
Position = title
Connected On = date

## LinkedIn, lead forms: people.enrich
Lead ID = number
First Name = first -> first_name
Last Name = last -> last_name
Work email = email -> email
Company name = company -> organization_name
Job title = title
Campaign name = stage
Form name = stage
Created at = date

## Sales Navigator, scraped: people.enrich
profileUrl = sales page
fullName = full
firstName = first -> first_name
lastName = last -> last_name
companyName = company -> organization_name
title = title
companyId = number
companyUrl = sales page
regularCompanyUrl = company page
location = place
linkedInProfileUrl = person page -> linkedin_url
profileImageUrl = picture
timestamp = date

## Sales Navigator, with addresses: people.enrich
First Name = first -> first_name
Last Name = last -> last_name
Current Job = title
Company Name = company -> organization_name
Company Domain = domain -> domain
Company LinkedIn URL = company page
Linkedin URL Unique ID = sales page
Linkedin URL Public = person page -> linkedin_url
Email = email -> email
Location = place

## Apollo, people: people.enrich
First Name = first -> first_name
Last Name = last -> last_name
Title = title
Company = company -> organization_name
Company Name for Emails = company
Email = email -> email
Email Status = status
Primary Email Source = stage
Primary Email Last Verified At = date
Seniority = stage
Departments = stage
Contact Owner = rep
Work Direct Phone = phone
Mobile Phone = phone
Corporate Phone = phone
Stage = stage
Lists = stage
Last Contacted = date
Account Owner = rep
# Employees = number
Industry = stage
Keywords = text
Person Linkedin Url = person page -> linkedin_url
Website = url -> domain
Company Linkedin Url = company page
Facebook Url = landing page
Twitter Url = landing page
City = city
Company Address = place
Company Phone = phone
Subsidiary of = company
Apollo Contact Id = apollo id
Apollo Account Id = apollo id
Secondary Email = empty
Secondary Email Source = stage

## Apollo, accounts: organizations.enrich
Company = company -> name
Company Name for Emails = company
Account Stage = stage
Lists = stage
# Employees = number
Industry = stage
Account Owner = rep
Website = url -> domain
Company Linkedin Url = company page -> linkedin_url
Facebook Url = landing page
Company Street = city
Company Phone = phone
Technologies = text
Total Funding = amount
Apollo Account Id = apollo id
Last Raised At = date

## Apollo, contacts to enroll: sequences.enroll!
First Name = first
Last Name = last
Email = email
Contact Owner = rep
Apollo Contact Id = apollo id -> contact_id
Apollo Account Id = apollo id

## News of contacts: contacts.update!
Name = full
Contact Id = apollo id -> contact_id
Title = title -> title
Mobile = phone -> mobile_phone
Stage = stage
Owner = rep

## Pipedrive, people: people.enrich
Person - ID = number
Person - Name = full -> name
Person - Owner = rep
Person - Email = email -> email
Person - Phone = phone
Organization - Name = company -> organization_name
Organization - Address = place
Person - Next activity date = date

## Target companies, people wanted: people.search!
Company = company
Website = url -> q_organization_domains_list
Remark = text

## People found by a search: people.get!
Person Id = apollo id -> id
First Name = first
Title = title
Has E-mail = flag

## Companies of people: organizations.enrich!
Name = full
Work e-mail = email -> domain
Met on = date

## Deals of the quarter: deals.create!
Deal = text -> name
Account Id = apollo id -> account_id
Owner = rep
Amount = amount -> amount
Stage = stage
Closes On = date -> closed_date

## Only profiles: people.enrich
LinkedIn = slug -> linkedin_url
Comment = text

## Accounts by domain, in a sheet of people: accounts.create!
Contact = full
Contact Email = email
Account: Account Name = company -> name
Account: Website = url -> domain
Account: Phone = phone -> phone
Account: Billing City = city

## ZoomInfo, contacts: people.enrich
First Name = first -> first_name
Last Name = last -> last_name
Company Name = company -> organization_name
ZoomInfo Contact ID = number
Contact Accuracy Score = number
Direct Phone Number = phone
Direct Phone Do Not Call = flag
Website = url -> domain
Previous Company Name = company
Email Address = email -> email
LinkedIn Contact Profile URL = person page -> linkedin_url

## Zoho, leads: people.enrich
Record Id = number
Lead Owner.id = number
Lead Owner = rep
Company = company -> organization_name
First Name = first -> first_name
Last Name = last -> last_name
Full Name = full
Email = email -> email
Secondary Email = empty
Email Opt Out = flag
Website = url -> domain
Created By = rep

## Dynamics, contacts: people.enrich
(Do Not Modify) Contact = crm id
(Do Not Modify) Row Checksum = crm id
Full Name = full -> name
Email = email -> email
Company Name = company -> organization_name
Business Phone = phone

## Eventbrite, attendees: people.enrich
Order # = number
Buyer First Name = first
Buyer Last Name = last
Buyer Email = rep email
Attendee First Name = first -> first_name
Attendee Last Name = last -> last_name
Attendee Email = email -> email
Attendee Company = company -> organization_name
Ticket Type = stage

## Xing: people.enrich
Vorname = first -> first_name
Nachname = last -> last_name
Aktuelle Firma = company -> organization_name
Aktuelle Position = title
XING-Profil = landing page
E-Mail (geschäftlich) = email -> email

## Exhibitors: organizations.enrich
Exhibitor = company -> name
Hall = number
Website = url -> domain
Contact = empty

## Visitors, by last name: people.enrich
Nr. = number
Name, Vorname = last, first -> first_name last_name
Unternehmen = company -> organization_name
E-Mailadresse = email -> email
Erfasst von = rep
Standpersonal E-Mail = rep email

## Spanish, shouted: people.enrich
NOMBRE = first -> first_name
PRIMER APELLIDO = last -> last_name
SEGUNDO APELLIDO = last
EMPRESA = company -> organization_name
CARGO = title
E-MAIL = email -> email
TELÉFONO MÓVIL = phone
WEB = url -> domain

## Outreach, kept by hand: people.enrich
Contact Person = full -> name
Organisation Name = company -> organization_name
Official Email ID = email -> email
Mobile No. = phone
Web Site = url -> domain
LinkedIn account = rep
Email sequence campaign = stage

## Companies with addresses of nobody: organizations.enrich
Firma = company -> name
Ort = city
Webseite = domain -> domain
E-Mail = company email

## People beside a competitor's domain: people.enrich
Name = full -> name
Company = company -> organization_name
Buys from = domain

## Calendly, names in one column: people.enrich
Invitee Name = full -> name
Invitee First Name = empty
Invitee Last Name = empty
Invitee Email = email -> email
User Name = rep
User Email = rep email

## Salesloft, people: people.enrich
person_id = number
first_name = first -> first_name
last_name = last -> last_name
email_address = email -> email
person_company_name = company -> organization_name
person_company_website = url -> domain
linkedin_url = person page -> linkedin_url
owner_email = rep email

## Spanish, kept by hand: people.enrich
Persona de contacto = full -> name
Empresa = company -> organization_name
Mail = email -> email
Comentarios = text
"""
