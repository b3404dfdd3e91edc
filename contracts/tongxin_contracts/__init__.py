"""What Tongxin's services say to each other and to the outside.

A message is declared once, as one class, with its owner, version, fields and their classification. Subjects, JSON
Schemas, AsyncAPI, the REST API, permissions and the agency client all come from these classes. This package imports
pydantic and nothing of ours, so that an agency can install it alone.
"""
