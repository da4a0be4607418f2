package identity

// SavedView is a list as someone wants to find it again: the page, and what it is
// filtered by, as the query of its address.
type SavedView struct {
	Name  string `json:"name"`
	Page  string `json:"page"`
	Query string `json:"query"`
}
