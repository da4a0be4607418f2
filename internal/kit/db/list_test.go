package db_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
)

type listed struct {
	name   string
	n, at  int64
	data   map[string]int
	unread string
}

// On SQLite a word can stand where a number belongs; that a text is no JSON can be on
// every database.
func TestARowOfWhichSomethingCannotBeReadHidesNoOther(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		wrong := "'soon'"
		if d.Postgres() {
			wrong = "NULL"
		}
		for _, statement := range []string{`CREATE TABLE listed (name TEXT, n BIGINT, at BIGINT, data TEXT)`,
			`INSERT INTO listed VALUES ('a', 1, 11, '{}')`, `INSERT INTO listed VALUES ('b', ` + wrong + `, 22, '{"x": 2}')`,
			`INSERT INTO listed VALUES ('c', 3, 33, '{')`, `INSERT INTO listed VALUES ('d', 4, 44, '{"x": 4}')`} {
			if _, err := d.Straight(t.Context(), statement); err != nil {
				t.Fatal(err)
			}
		}
		read := func(scan func(...any) error, one *listed) error {
			var text string
			if err := scan(&one.name, &one.n, &one.at, &text); err != nil {
				return err
			}
			return json.Unmarshal([]byte(text), &one.data)
		}
		rows, err := d.Query(t.Context(), `SELECT name, n, at, data FROM listed ORDER BY name`)
		list, err := db.List(rows, err, read, func(one *listed, why error) { one.unread = why.Error() })
		if err != nil || len(list) != 4 {
			t.Fatalf("%+v %v", list, err)
		}
		if b := list[1]; b.name != "b" || b.n != 0 || b.at != 22 || !strings.Contains(b.unread, "cannot be read: its n") {
			t.Errorf("a wrong number: %+v", b)
		}
		if c := list[2]; c.name != "c" || c.n != 3 || !strings.Contains(c.unread, "cannot be read: ") {
			t.Errorf("a text that is no JSON: %+v", c)
		}
		if list[0].unread != "" || list[3].unread != "" || list[3].data["x"] != 4 {
			t.Errorf("the others: %+v", list)
		}
		rows, err = d.Query(t.Context(), `SELECT name, n, at, data FROM listed ORDER BY name`)
		list, err = db.List(rows, err, read, nil)
		if names := []string{}; err != nil || !slices.Equal(append(names, list[0].name, list[len(list)-1].name), []string{"a", "d"}) || len(list) != 2 {
			t.Errorf("those that can be read: %+v %v", list, err)
		}
		rows, err = d.Query(t.Context(), `SELECT name, nothing FROM listed`)
		if list, err = db.List(rows, err, read, nil); err == nil || list != nil {
			t.Errorf("a query that the database refuses: %+v %v", list, err)
		}
	})
}
