"""Who is answered what: every operation, for every role, about itself, others, and other organisations."""



