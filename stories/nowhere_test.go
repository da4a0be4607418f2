package stories

import (
	"bytes"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/klauspost/compress/zstd"
	"github.com/rogpeppe/go-internal/testscript"
)

// nowhere looks for values in everything that prentice has written and said.
func nowhere(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, len(args) > 0, "nowhere VALUE…, or @FILE")
	written := everything(ts)
	for _, value := range valuesOf(ts, args) {
		var places []string
		for place, text := range written {
			for name, form := range givenAway(value) {
				if bytes.Contains(text, []byte(form)) {
					places = append(places, place+" ("+name+")")
				}
			}
		}
		slices.Sort(places)
		if found := len(places) > 0; found != neg {
			ts.Fatalf("%q was looked for in %d places and found in %d: %s", value, len(written), len(places), strings.Join(places, ", "))
		}
		fmt.Fprintf(ts.Stdout(), "%q: %s\n", value, strings.Join(places, ", "))
	}
}

func valuesOf(ts *testscript.TestScript, args []string) []string {
	var values []string
	for _, a := range args {
		if file, ok := strings.CutPrefix(a, "@"); ok {
			values = append(values, strings.Split(strings.TrimSpace(ts.ReadFile(file)), "\n")...)
			continue
		}
		values = append(values, a)
	}
	for _, v := range values {
		usage(ts, len(v) >= 12, "values of 12 bytes or more, which stand nowhere by chance")
	}
	return values
}

// givenAway lists the texts that betray a value. Base64 of it inside a longer
// text looks different at each of three offsets, and shares its edges with what
// stands beside it.
func givenAway(value string) map[string]string {
	quoted, _ := json.Marshal(value) //nolint:errcheck // a string always has a JSON form
	forms := map[string]string{
		"plain": value, "JSON": string(quoted[1 : len(quoted)-1]), "URL": url.QueryEscape(value), "path": url.PathEscape(value),
		"hexadecimal": hex.EncodeToString([]byte(value)), "HEXADECIMAL": strings.ToUpper(hex.EncodeToString([]byte(value))),
	}
	for offset, before := range []string{"", "-", "--"} {
		for name, encoding := range map[string]*base64.Encoding{"base64": base64.RawStdEncoding, "base64 for URLs": base64.RawURLEncoding} {
			encoded := encoding.EncodeToString([]byte(before + value))
			forms[fmt.Sprintf("%s at %d", name, offset)] = encoded[4 : len(encoded)-4]
		}
	}
	return forms
}

// everything is the data folder, file by file and as what the files mean, and
// what servers have said.
func everything(ts *testscript.TestScript) map[string][]byte {
	s, data := of(ts), ts.Getenv("PRENTICE_DATA")
	usage(ts, s.server == nil, "nowhere, while the server does not run")
	written := map[string][]byte{"what the server said": []byte(s.before.String() + s.said.String())}
	ts.Check(filepath.WalkDir(data, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		raw, err := os.ReadFile(path)
		name, _ := filepath.Rel(data, path) //nolint:errcheck // it stands below
		written[name] = slices.Concat([]byte(name+"\n"), raw)
		if err == nil && filepath.Ext(name) == ".zst" {
			written[name+", unpacked"], err = unpacked(raw)
		}
		return err
	}))
	written["rows of the database"] = rows(ts, filepath.Join(data, "prentice.db"))
	return written
}

func unpacked(raw []byte) ([]byte, error) {
	d, err := zstd.NewReader(nil)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	return d.DecodeAll(raw, nil)
}

// rows is every value of every table. In the file a long one is cut in pages.
func rows(ts *testscript.TestScript, file string) []byte {
	d, err := sql.Open("sqlite", file)
	ts.Check(err)
	defer d.Close()
	var all bytes.Buffer
	for _, table := range cells(ts, d, `SELECT name FROM sqlite_master WHERE type = 'table'`) {
		for _, cell := range cells(ts, d, `SELECT * FROM "`+string(table)+`"`) {
			all.Write(append(cell, '\n'))
		}
	}
	return all.Bytes()
}

func cells(ts *testscript.TestScript, d *sql.DB, query string) [][]byte {
	found, err := d.Query(query)
	ts.Check(err)
	defer found.Close()
	columns, err := found.Columns()
	ts.Check(err)
	var all [][]byte
	for found.Next() {
		row, to := make([]sql.RawBytes, len(columns)), make([]any, len(columns))
		for i := range row {
			to[i] = &row[i]
		}
		ts.Check(found.Scan(to...))
		for _, cell := range row {
			all = append(all, bytes.Clone(cell))
		}
	}
	ts.Check(found.Err())
	return all
}
