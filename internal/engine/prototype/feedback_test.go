package prototype

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

func drawn(t *testing.T, as string) []byte {
	t.Helper()
	picture, out := image.NewRGBA(image.Rect(0, 0, 40, 20)), &bytes.Buffer{}
	picture.Set(3, 4, color.RGBA{200, 30, 40, 255})
	err := png.Encode(out, picture)
	if as == "jpeg" {
		out.Reset()
		err = jpeg.Encode(out, picture, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestOfAPictureNothingIsKeptButWhatCanBeSeen(t *testing.T) {
	const page = "<html><script>alert(1)</script>"
	exif := append([]byte{0xff, 0xd8, 0xff, 0xe1, 0, 20}, []byte("Exif\x00\x00GPS 51.5 0.1")[:18]...)
	for what, sent := range map[string][]byte{
		"a page behind a PNG":     append(drawn(t, "png"), page...),
		"a page behind a JPEG":    append(drawn(t, "jpeg"), page...),
		"where a JPEG was taken":  append(exif, drawn(t, "jpeg")[2:]...),
		"a page in a PNG comment": comment(drawn(t, "png"), page),
	} {
		got, media, err := Redraw(sent)
		if err != nil || !strings.HasPrefix(media, "image/") || bytes.Contains(got, []byte("script")) || bytes.Contains(got, []byte("GPS")) {
			t.Errorf("%s: %s, %v: %q", what, media, err, got[:min(40, len(got))])
		}
	}
	huge := drawn(t, "png")
	binary.BigEndian.PutUint32(huge[16:], 100_000)
	binary.BigEndian.PutUint32(huge[20:], 100_000)
	binary.BigEndian.PutUint32(huge[29:], crc32.ChecksumIEEE(huge[12:29]))
	for what, sent := range map[string][]byte{"a page": []byte(page), "an SVG": []byte("<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"), "10 gigapoints": huge, "half a PNG": drawn(t, "png")[:40], "nothing": nil, "too long": make([]byte, MostShot+1)} {
		if _, _, err := Redraw(sent); err == nil {
			t.Errorf("%s is taken for a picture", what)
		}
	}
}

// comment puts a text into a PNG, before its end.
func comment(picture []byte, text string) []byte {
	body := append([]byte("tEXtComment\x00"), text...)
	chunk := binary.BigEndian.AppendUint32(nil, uint32(len(body)-4))
	chunk = append(chunk, body...)
	chunk = binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(body))
	end := len(picture) - 12
	return append(append(append([]byte{}, picture[:end]...), chunk...), picture[end:]...)
}

func TestWhatVisitorsLeaveBehindIsBoundedAndClean(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if err := d.Migrate(t.Context(), "prototype", Schema()); err != nil {
			t.Fatal(err)
		}
		noon := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
		s := &Store{DB: d, Record: func(*db.Tx, time.Time, ...prentice.Note) error { return nil }}
		p, err := s.Add(t.Context(), Prototype{Name: "one-page", Question: "?", Owner: "group/shop", Begun: noon, Tasks: []Task{{"buy", "Buy it"}}}, prentice.Note{Kind: "prototype.begun", Refs: []prentice.Ref{"prototype/one-page"}})
		if err != nil {
			t.Fatal(err)
		}
		say := func(visitor, note string, at time.Time) error {
			return s.Say(t.Context(), p, Feedback{Visitor: visitor, Name: "Eve\x1b[2J\u202e", Note: note, At: at}, drawn(t, "png"))
		}
		if err := say("v", " \u200b ", noon); prentice.KindOf(err) != prentice.Invalid {
			t.Errorf("nothing is written: %v", err)
		}
		if err := say("v", strings.Repeat("x", mostNote+1), noon); prentice.KindOf(err) != prentice.Invalid {
			t.Errorf("a note that is longer than is kept: %v", err)
		}
		for i := range mostOften + 1 {
			if err := say("v", strings.Repeat("x", mostNote), noon); (err == nil) != (i < mostOften) {
				t.Errorf("note %d: %v", i+1, err)
			}
		}
		if err := say("v", "later", noon.Add(window+time.Second)); err != nil {
			t.Errorf("ten minutes later: %v", err)
		}
		list, err := s.Said(t.Context(), p)
		if err != nil || len(list) != mostOften+1 || list[1].Name != "Eve[2J" || len(list[1].Note) != mostNote || list[0].Shot != "image/png" {
			t.Errorf("%d: %+v, %v", len(list), list[:min(2, len(list))], err)
		}
		if picture, media, err := s.Shot(t.Context(), list[0].Number); err != nil || media != "image/png" || len(picture) == 0 {
			t.Errorf("%s, %v", media, err)
		}
		for _, c := range []struct{ visitor, how string }{{"a", "start"}, {"a", "start"}, {"a", "done"}, {"a", "give-up"}, {"b", "start"}, {"b", "give-up"}, {"c", "done"}, {"d", "start"}} {
			if err := s.Try(t.Context(), p, c.visitor, "buy", c.how, noon); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := s.Tries(t.Context(), p, ""); err != nil || got["buy"] != (Tried{"buy", 3, 1, 1, 0}) {
			t.Errorf("%+v, %v", got, err)
		}
		if s.Try(t.Context(), p, "a", "sell", "start", noon) == nil || s.Try(t.Context(), p, "a", "buy", "win", noon) == nil {
			t.Error("a task that there is not, or an end that is none")
		}
		err = d.Write(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(`INSERT INTO prototype_tries (prototype, visitor, task, started, ended, done) WITH RECURSIVE many (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM many WHERE n < 20000) SELECT ?, 'many ' || n, 'buy', 0, 0, 0 FROM many`, p.Number)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Try(t.Context(), p, "late", "buy", "start", noon); prentice.KindOf(err) != prentice.Limited {
			t.Errorf("a visitor who is not counted any more hears nothing of it: %v", err)
		}
		kept := func() int64 {
			t.Helper()
			swept, err := s.Forget(t.Context(), db.Sweep{Before: noon.AddDate(2, 0, 0), Most: 100})
			if err != nil || !swept.Over && swept.Removed == 0 {
				t.Fatal(swept, err)
			}
			stock, err := s.Stock(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return stock.Rows
		}
		if _, err := s.Answer(t.Context(), list[0].Number, "so it is", "person/ann", noon); err != nil {
			t.Fatal(err)
		}
		if n := kept(); n != mostOften+1 {
			t.Errorf("of a prototype that is not decided %d notes are kept", n)
		}
		if p, err = p.Decide("drop", "no", "person/ann", noon.AddDate(0, 0, 1)); err == nil {
			p, err = s.Change(t.Context(), p, noon.AddDate(0, 0, 1))
		}
		if err != nil {
			t.Fatal(err)
		}
		if n := kept(); n != 0 {
			t.Errorf("two years after the decision %d notes are kept", n)
		}
		var left int64
		if err := d.QueryRow(t.Context(), `SELECT (SELECT COUNT(*) FROM prototype_shots) + (SELECT COUNT(*) FROM prototype_answers)`, nil, &left); err != nil || left != 0 {
			t.Errorf("%d pictures and answers are left, %v", left, err)
		}
	})
}
