"""One function per thing a person does; the only place where engines meet."""
