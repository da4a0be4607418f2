package advisory

import "time"

// Shelved is a book on a shelf, or why it cannot be read.
type Shelved struct {
	About
	Bytes int64
	Wrong error
}

// Import is what to make a book of.
type Import struct {
	From string    // an archive, a folder or a file
	As   string    // the name of the source; "" is that of the file
	AsOf time.Time // the day of which the advisories are; zero is the newest that they name
	Now  time.Time
}
