"""What people are told of: troubles, each once, and that they are over.

A trouble that somebody is to hear of is a concern. Concerns are kept until their end was told, too: so
nothing is told twice, whatever happens in between. What came together goes out together, as one notice.
"""
