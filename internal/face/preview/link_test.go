package preview_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"prentice"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
	"prentice/internal/skill/previews"
)

func TestNoTokenOfALinkLetsInButTheOneThatHolds(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := worldOn(t, d, echo)
		revoke := func(number int64) {
			if _, err := (previews.Through{Door: w}).Revoke(t.Context(), ann, number, "it is over"); err != nil {
				t.Fatal(err)
			}
		}
		over, taken := tokenOf(w.link("e1", time.Hour, 0)), tokenOf(w.link("e1", 48*time.Hour, 0))
		other, once := tokenOf(w.link("e2", 48*time.Hour, 0)), tokenOf(w.link("e1", 48*time.Hour, 1))
		good, second := tokenOf(w.link("e1", 48*time.Hour, 0)), tokenOf(w.link("e1", 48*time.Hour, 0))
		again := w.url("e1", "/_prentice/link/"+once)
		if res := w.browser().send(http.MethodPost, again, ""); res.StatusCode != http.StatusSeeOther {
			t.Fatalf("the first that follows it: %s", res.Status)
		}
		w.turn(2 * time.Hour)
		revoke(2)
		number, sum, _ := strings.Cut(good, ".")
		secondNumber, secondSum, _ := strings.Cut(second, ".")
		for name, token := range map[string]string{
			"over": over, "taken back": taken, "of another environment": other, "used up": once,
			"of no sum": number + ".", "without a sum": number, "empty": ".", "a sum of zeros": number + "." + strings.Repeat("A", len(sum)),
			"the sum of another": number + "." + secondSum, "the number of another": secondNumber + "." + sum,
			"a number twice": number + "." + good, "another writing of the number": "0" + good, "a plus": "+" + good, "more behind it": good + ".x", "cut off": good[:len(good)-1],
			"another writing of the sum": good + "=", "of no link": "99." + sum, "less than nothing": "-1." + sum, "too large": "99999999999999999999." + sum,
		} {
			for _, method := range []string{http.MethodGet, http.MethodPost} {
				res := w.browser().send(method, w.url("e1", "/_prentice/link/"+token), "")
				if res.StatusCode != http.StatusForbidden || len(res.Cookies()) > 0 {
					t.Errorf("%s by %s: %s", name, method, res.Status)
				}
			}
			if res := w.browser().get(w.url("e1", "/"), "Accept", "*/*", "Prentice-Link", token); res.StatusCode != http.StatusUnauthorized {
				t.Errorf("%s with a request: %s", name, res.Status)
			}
		}
		if res := w.browser().get(w.url("e1", "/_prentice/link/"+good)); res.StatusCode != http.StatusSeeOther {
			t.Errorf("the good one: %s", res.Status)
		}
		// A pass is no token, and that of one place is none of another.
		b := w.browser()
		b.get(w.url("e1", "/_prentice/link/"+good))
		for _, cookies := range b.cookies {
			for _, c := range cookies {
				_, pass, _ := strings.Cut(c, "=")
				if res := w.browser().get(w.url("e1", "/_prentice/link/"+pass)); res.StatusCode != http.StatusForbidden {
					t.Errorf("a pass as a token: %s", res.Status)
				}
				if res := w.browser().get(w.url("e2", "/"), "Cookie", c); res.StatusCode != http.StatusSeeOther {
					t.Errorf("a pass at another place: %s", res.Status)
				}
			}
		}
	})
}

func TestOfTwoWhoTakeALinkBackOneDoesAndWhoFollowsItThenIsOut(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := worldOn(t, d, echo)
		for round := int64(1); round <= 10; round++ {
			token := tokenOf(w.link("e1", time.Hour, 0))
			in := w.browser()
			var begin, all sync.WaitGroup
			begin.Add(1)
			revoked, followed := make(chan error, 2), make(chan int, 4)
			for range 2 {
				all.Go(func() {
					begin.Wait()
					_, err := previews.Through{Door: w}.Revoke(t.Context(), ann, round, "both at once")
					revoked <- err
				})
			}
			for range 4 {
				all.Go(func() {
					begin.Wait()
					_, _, err := w.desk.Follow(t.Context(), token, "e1.preview.localhost", w.places["e1"])
					if err == nil {
						followed <- 1
						return
					}
					if prentice.KindOf(err) != prentice.Unauthenticated {
						t.Errorf("who follows it: %v", err)
					}
				})
			}
			begin.Done()
			all.Wait()
			close(revoked)
			close(followed)
			did := 0
			for err := range revoked {
				switch {
				case err == nil:
					did++
				case prentice.KindOf(err) != prentice.Conflict:
					t.Errorf("who takes it back: %v", err)
				}
			}
			if did != 1 {
				t.Errorf("%d took it back", did)
			}
			came := 0
			for range followed {
				came++
			}
			var used, kept int
			if err := d.QueryRow(t.Context(), `SELECT used, CASE WHEN revoked > 0 THEN 1 ELSE 0 END FROM preview_link WHERE number = ?`, []any{round}, &used, &kept); err != nil {
				t.Fatal(err)
			}
			if used != came || kept != 1 {
				t.Errorf("%d came in, %d are counted, taken back: %d", came, used, kept)
			}
			if res := in.get(w.url("e1", "/_prentice/link/"+token)); res.StatusCode != http.StatusForbidden {
				t.Errorf("who follows it then: %s", res.Status)
			}
		}
	})
}

func TestACodeIsUsedByOneOfTwoWhoHaveIt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := worldOn(t, d, echo)
		opened := w.open("e1", "/")
		_, code, _ := strings.Cut(opened, "code=")
		code, _, _ = strings.Cut(code, "&")
		var mu sync.Mutex
		in := 0
		for _, err := range dbtest.Together(8, func(int) error {
			r, err := http.NewRequest(http.MethodGet, "http://"+w.front.Listener.Addr().String()+"/_prentice/enter?code="+code, nil)
			if err != nil {
				return err
			}
			r.Host = strings.TrimPrefix(w.url("e1", ""), "http://")
			res, err := http.DefaultTransport.RoundTrip(r)
			if err != nil {
				return err
			}
			res.Body.Close()
			mu.Lock()
			defer mu.Unlock()
			if res.StatusCode == http.StatusSeeOther {
				in++
			}
			return nil
		}) {
			if err != nil {
				t.Error(err)
			}
		}
		if in != 1 {
			t.Errorf("%d came in by one code", in)
		}
	})
}
