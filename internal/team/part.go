package team

import "prentice"

// Part is a file of the folder, for those who read all of them and ask none what it
// says.
type Part struct {
	Name   string
	Unread Unread
	Read   func(dir string) (said any, err error)
	Check  func(file string, text []byte) []prentice.Finding
	Empty  func() any
	Took   func(said any) // hears what is in force, each time that the folder was read; nil is no one
}

// Part is the file as one. Who took is not nil hears what is in force of it.
func (f File[T]) Part(took func(T)) Part {
	p := Part{
		Name: f.Name, Unread: f.Unread, Check: f.Check,
		Read:  func(dir string) (any, error) { return f.Read(dir) },
		Empty: func() any { return f.Empty() },
	}
	if took != nil {
		p.Took = func(said any) { took(Of(Said{f.Name: said}, f)) }
	}
	return p
}

// Said is what files say, by their names.
type Said map[string]any

// Of is what a file says. Of one that was not read it is the zero T.
func Of[T any](s Said, f File[T]) T {
	said, _ := s[f.Name].(T)
	return said
}
