package db_test

import (
	"database/sql"
	"fmt"
	"testing"

	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
)

func TestManyRowsAreFoundByWhatEachIsAskedFor(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		table(t, d)
		const rows = 350
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			var values []any
			for id := range rows {
				values = append(values, id, fmt.Sprint("word ", id))
			}
			return tx.Insert(`INSERT INTO things (id, word)`, 2, values, "")
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range []int{0, 1, 3, 4, 70, rows} {
			var values []any
			for id := range n {
				word := fmt.Sprint("word ", id)
				if id == 2 {
					word = "another" // so that this one is not there
				}
				values = append(values, id, word)
			}
			found := map[int]bool{}
			err := d.Write(t.Context(), func(tx *db.Tx) error {
				return tx.Each(`SELECT id FROM things WHERE id = ? AND word = ?`, 2, values, func(rows *sql.Rows) error {
					var id int
					err := rows.Scan(&id)
					found[id] = true
					return err
				})
			})
			want := n
			if n > 2 {
				want--
			}
			if err != nil || len(found) != want || found[2] {
				t.Errorf("of %d there are %d: %v", n, len(found), err)
			}
		}
	})
}
