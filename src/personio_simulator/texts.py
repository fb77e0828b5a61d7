"""Words the generated companies are made of: job titles, descriptions, offices, labels, in seven languages.

Keys of occupation and seniority as the feed prints them. Source: github.com/threadi/wp-personio-integration-light.
"""

TITLES: list[tuple[str, str, str, str, str]] = [
    # department, English, German, occupation, occupationCategory
    ("Engineering", "Backend Developer", "Backend-Entwickler:in", "software_and_web_development", "it_software"),
    ("Engineering", "Site Reliability Engineer", "Systemingenieur:in", "network_and_server", "it_software"),
    ("Engineering", "Data Engineer (C++ & R)", "Dateningenieur:in (C++ & R)", "data_engineering", "it_software"),
    ("Sales", "Account Executive", "Vertriebsmitarbeiter:in", "account_management", "sales_and_business_development"),
    ("Sales", "Sales Working Student", "Werkstudent:in Vertrieb", "sales", "sales_and_business_development"),
    ("People & Culture", "HR Business Partner", "Personalreferent:in", "hr_management", "human_resources"),
    ("Finance", "Accountant", "Buchhalter:in", "accounting", "accounting_and_finance"),
    ("Operations", "Warehouse Lead", "Lagerleitung", "warehousing", "logistics_and_transportation"),
    ("Operations", "Night Shift Nurse", "Pflegefachkraft Nachtdienst", "nursing", "medical_health"),
    ("Marketing", "Copywriter <Brand>", "Texter:in <Marke>", "copywriting", "marketing_and_product"),
    ("Marketing", "Marketing Intern", "Praktikum Marketing", "marketing", "marketing_and_product"),
    ("Quality", "Test Engineer", "Prüfingenieur:in", "testing", "quality_assurance_and_saftey"),
]  # fmt: skip
SUFFIXES = ["", " (all genders)", " (m/w/d)", " – Senior", " II", " “Remote”"]
OFFICES = ["Berlin", "Munich", "Hamburg", "Wien", "Zürich", "Paris 9e", "Remote (EU)", "Łódź", "Köln, Dom", "東京"]
SUBCOMPANIES = ["Example GmbH", "Example & Söhne KG", "Example España S.L."]
ROLES = ["Recruiter", "HR Manager", "Hiring Manager", "Führungskraft", "Interviewer", "Talent-Sourcing", "Fachbereich"]
CHANNELS = ["Career page", "Example Board", "LinkedIn", "Empfehlung", "Agency Müller & Co", "University fair"]
CATEGORIES: list[tuple[str, list[str]]] = [
    ("Tech", ["Screening", "First interview", "Coding task", "Final interview"]),
    ("Sales & Service", ["Screening", "Telefoninterview", "Probetag", "Vertragsverhandlung"]),
    ("Praktikum", ["Prüfung", "Gespräch"]),
    ("Leadership", ["Screening", "Board interview", "Offer preparation", "Reference check", "Hired (paperwork)"]),
]
HEADINGS = {
    "en": ["Your tasks", "Your profile", "Why us"],
    "de": ["Deine Aufgaben", "Dein Profil", "Warum wir?"],
    "fr": ["Vos missions", "Votre profil", "Pourquoi nous ?"],
    "es": ["Tus tareas", "Tu perfil", "Qué ofrecemos"],
    "nl": ["Jouw taken", "Jouw profiel", "Wat wij bieden"],
    "it": ["I tuoi compiti", "Il tuo profilo", "Perché noi"],
    "pt": ["As tuas tarefas", "O teu perfil", "Porquê nós"],
}
BODIES = [
    "<ul><li>Build &amp; run {title}</li><li>Talk to caf&eacute; owners &lt;3</li></ul>",
    "<p>You bring <strong>2&ndash;5 years</strong> of practice.</p>\n<p>Ünïcödé ✓ &nbsp;<em>welcome</em></p>",
    '<div style="color:red">See <a href="https://www.example.com/?a=1&amp;b=2">our page</a></div><br/>',
    "<p>Nested <ul><li>one</li><li>two<ul><li>three</li></ul></li></ul></p>",
    "\n   <p>Text with ]]&gt; and 5 &gt; 4</p>  \n",
]
EMPLOYMENT = ["permanent", "permanent", "permanent", "intern", "trainee", "freelance", "temporary", "working_student"]
SENIORITY = ["entry-level", "experienced", "executive", "student", None]
SCHEDULE = ["full-time", "part-time", "full-or-part-time", "full-time", None]
YEARS = ["lt-1", "1-2", "2-5", "5-7", "7-10", "10-15", "gt-15", None, None]
ATTRIBUTES: list[tuple[str, dict[str, str], list[dict[str, str]]]] = [
    ("text", {"en": "Salary currency", "de": "Gehaltswährung"}, []),
    ("textarea", {"en": "Why do you want to join us?", "de": "Warum möchtest du zu uns?"}, []),
    (
        "select",
        {"en": "Do you need a visa?", "de": "Benötigst du ein Visum?", "fr": "Avez-vous besoin d'un visa ?"},
        [{"en": "Yes", "de": "Ja", "fr": "Oui"}, {"en": "No", "de": "Nein", "fr": "Non"}],
    ),
    (
        "select",
        {"en": "German level", "de": "Deutschkenntnisse"},
        [{"en": "A1 – A2"}, {"en": "B1 & B2", "de": "B1 & B2"}, {"en": "C1", "de": "C1"}, {"de": "Muttersprache"}],
    ),
    ("checkbox", {"en": "I agree to the talent pool", "de": "Ich stimme dem Talentpool zu"}, []),
    ("date", {"en": "Driving licence since", "de": "Führerschein seit"}, []),
    ("file", {"en": "Work permit", "de": "Arbeitserlaubnis"}, []),
    ("text", {"de": "Wer hat dich empfohlen?"}, []),
]
HELP: dict[int, dict[str, str]] = {
    0: {"en": "Three letters, such as EUR", "de": "Drei Buchstaben, zum Beispiel EUR"},
    3: {"en": "See the European reference & framework"},
    6: {"de": "Nur für Bewerbungen von außerhalb der EU"},
}
"""Help texts of attributes, by their place in `ATTRIBUTES`."""
