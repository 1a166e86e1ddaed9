"""What goes along when data leaves: the notice of the law, and the scope of the consent."""
