package db

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"strings"

	"github.com/pressly/goose/v3"
)

// The words to goose that a migration may have: what follows the first is done, and what
// follows the other never.
const (
	begins = "-- +goose Up"
	back   = "-- +goose Down"
)

// migrations are the files of an owner. They are read here and not by goose, which
// takes 4 MB of memory for each line that it looks at: in tests that make hundreds of
// databases, that was a sixth of the work.
func migrations(files fs.FS) (list []*goose.Migration, _ error) {
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		number, err := goose.NumericComponent(name)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		raw, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		list = append(list, goose.NewGoMigration(number, &goose.GoFunc{RunTx: func(ctx context.Context, tx *sql.Tx) error {
			todo, err := statements(string(raw))
			for _, one := range todo {
				if err == nil {
					_, err = tx.ExecContext(ctx, one)
				}
			}
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			return nil
		}}, nil))
	}
	return list, nil
}

// statements are what a migration does: each ends with the line whose last word, but for
// a comment, ends in a semicolon. A migration is one transaction and goes one way: any other
// word to goose is refused.
func statements(text string) (list []string, _ error) {
	body, _, _ := strings.Cut(text, "\n"+back)
	var one strings.Builder
	begun := false
	for line := range strings.Lines(body) {
		if strings.TrimSpace(line) == begins && !begun {
			begun = true
			continue
		}
		if strings.Contains(line, "+goose") {
			return nil, fmt.Errorf("this word to goose is not known: %s", line)
		}
		code, _, _ := strings.Cut(" "+line, " --")
		code = strings.TrimSpace(code)
		if code == "" && one.Len() == 0 {
			continue
		}
		if !begun {
			return nil, fmt.Errorf("a statement stands before %s: %s", begins, line)
		}
		one.WriteString(line)
		if strings.HasSuffix(code, ";") {
			list = append(list, one.String())
			one.Reset()
		}
	}
	if one.Len() > 0 || !begun {
		return nil, fmt.Errorf("there is no %s, or its last statement has no end: %s", begins, one.String())
	}
	return list, nil
}
