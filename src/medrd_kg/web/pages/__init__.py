"""Pages for people: server-rendered HTML in Japanese and English over the answers of REST."""
