"""What goes over NATS: every subject of Cairn, as a table and as an AsyncAPI document.

Both are made when somebody asks for them. A gateway that nobody asks does without FastStream, which makes the document.
"""
