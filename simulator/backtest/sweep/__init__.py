"""One setting after another over much weather: what each default is worth."""
