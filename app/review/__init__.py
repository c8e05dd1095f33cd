"""Review (复查复核): an opinion goes to the authority above; a closed case is taken up again."""
