package pipeline

import "time"

// Log is what a check printed when it was performed last.
type Log struct {
	Check  string    `json:"check"`
	Passed bool      `json:"passed"`
	Says   string    `json:"says"` // how it ended
	Ended  time.Time `json:"ended"`
	File   string    `json:"file"`
	Folder string    `json:"folder"` // with the files that it brought back
	Left   bool      `json:"left"`   // what it left is still there, to be looked at
	Text   string    `json:"text"`
	Cut    bool      `json:"cut,omitempty"` // the text is the end of the file
}
