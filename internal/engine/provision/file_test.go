package provision

import (
	"strings"
	"testing"
	"time"
)

func TestAFileSaysWhichHostsAreLookedAtAndWhatEnds(t *testing.T) {
	s, found := Load("capacity.yaml", []byte(`hosts: [web1, "db*"]
every: 10m
ends:
  - {name: example-org, kind: domain, about: service/shop, owner: group/shop, ends: 2027-03-31, notice: 8w}
  - {name: seats, kind: licence, about: group/shop, ends: 2027-04-01}
`))
	if len(found) > 0 {
		t.Fatal(found)
	}
	if !s.Looks("web1") || !s.Looks("db7") || s.Looks("web2") || s.Every != 10*time.Minute || (*Set)(nil).Looks("web1") {
		t.Errorf("%+v", s)
	}
	e, ok := s.Find("example-org")
	if !ok || e.Notice != 56*24*time.Hour || !e.Ends.Equal(time.Date(2027, 4, 1, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("%+v: it lasts to the end of its last day", e)
	}
}

func TestNothingOfAFileIsPassedOver(t *testing.T) {
	end := "ends:\n  - {name: a, kind: domain, about: service/shop, ends: 2027-03-31"
	for text, says := range map[string]string{
		"hosts: [\"a b\"]":    "is neither a name nor a pattern",
		"hosts: [\"[\"]":      "is neither a name nor a pattern",
		"every: 1s":           `every is "1s"`,
		"every: soon":         `every is "soon"`,
		"evry: 5m":            "evry",
		end + ", notice: 3}":  `notice is "3"`,
		end + ", owner: you}": "",
		"ends:\n  - {name: A, kind: domain, about: service/shop, ends: 2027-03-31}":  `"A" is not a name`,
		"ends:\n  - {name: a, kind: horse, about: service/shop, ends: 2027-03-31}":   "horse",
		"ends:\n  - {name: a, kind: domain, ends: 2027-03-31}":                       "about",
		"ends:\n  - {name: a, kind: domain, about: service/shop, ends: 2027-02-30}":  `ends is "2027-02-30"`,
		end + "}\n  - {name: a, kind: quota, about: service/shop, ends: 2027-03-31}": `there is another end "a"`,
	} {
		s, found := Load("capacity.yaml", []byte(text))
		if s != nil || len(found) == 0 || !strings.Contains(found[0].Text, says) {
			t.Errorf("%s: %+v", text, found)
		}
	}
}
