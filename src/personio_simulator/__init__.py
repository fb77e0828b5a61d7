"""A Personio anyone can test against: the v2 API, the v1 recruiting API and the career site.

In: HTTP requests as an integration would send them, and control requests under `/_control/`.
Out: answers shaped like the public documentation of Personio says. Imports nothing of any other package here.
"""
