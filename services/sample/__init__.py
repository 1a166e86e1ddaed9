"""The sample clinic `northside`: six invented people over ten weeks, so that a new Cairn shows what it is for."""
