package web

// The pages that explain: what they tell without a team is told by the program itself.
var learningStories = []story{
	{name: "explain", path: "/explain", who: "vera"},
	{name: "explain-topic", path: "/explain/integration", who: "vera"},
	{name: "explain-lesson", path: "/explain/support?lesson=true", who: "vera"},
	{name: "explain-glossary", path: "/explain/term", who: "vera"},
	{name: "explain-word", path: "/explain/term/canary", who: "vera"},
}
