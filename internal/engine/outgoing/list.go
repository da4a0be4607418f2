package outgoing

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"prentice"
	"prentice/internal/kit/db"
	"prentice/internal/kit/metric"
)

// Filter chooses deliveries, newest first. Before is a cursor: only those with a smaller
// number. Limit 0 is 50; at most 500.
type Filter struct {
	Endpoint string
	State    State
	Before   int64
	Limit    int
}

const columns = `SELECT number, endpoint, event, kind, subject, state, attempts, says, created, due, ended, body FROM outgoing_delivery `

func deliveries(rows *sql.Rows, err error) ([]Delivery, error) {
	return db.List(rows, err, func(scan func(...any) error, d *Delivery) error {
		var event, created, due, ended int64
		err := scan(&d.Number, &d.Endpoint, &event, &d.Type, &d.Subject, &d.State, &d.Attempts, &d.Says, &created, &due, &ended, &d.Body)
		d.Created, d.Due, d.Ended = db.Time(created), db.Time(due), db.Time(ended)
		d.Event, d.ID = prentice.NewRef("event", fmt.Sprint(event)), idOf(d.Endpoint, event, d.Created)
		if d.State != Waiting {
			d.Due = time.Time{}
		}
		return err
	}, func(d *Delivery, why error) { d.Says = why.Error() })
}

// List is the deliveries that a filter chooses, newest first.
func (p *Post) List(ctx context.Context, f Filter) ([]Delivery, error) {
	where, args := []string{"1 = 1"}, []any(nil)
	if f.Endpoint != "" {
		where, args = append(where, "endpoint = ?"), append(args, f.Endpoint)
	}
	if f.State != "" {
		where, args = append(where, "state = ?"), append(args, string(f.State))
	}
	if f.Before > 0 {
		where, args = append(where, "number < ?"), append(args, f.Before)
	}
	if f.Limit <= 0 {
		f.Limit = 50
	}
	list, err := deliveries(p.DB.Query(ctx, columns+`WHERE `+strings.Join(where, " AND ")+` ORDER BY number DESC LIMIT ?`, append(args, min(f.Limit, 500))...))
	if err != nil {
		return nil, fmt.Errorf("list deliveries: %w", err)
	}
	for i := range list {
		list[i].Body = ""
	}
	return list, nil
}

// Find is one delivery with its body.
func (p *Post) Find(ctx context.Context, number int64) (Delivery, error) {
	return p.find(func(query string, args ...any) (*sql.Rows, error) { return p.DB.Query(ctx, query, args...) }, number)
}

func (p *Post) find(query func(string, ...any) (*sql.Rows, error), number int64) (Delivery, error) {
	list, err := deliveries(query(columns+`WHERE number = ?`, number))
	if err == nil && len(list) == 0 {
		err = prentice.Errorf(prentice.NotFound, "there is no delivery %d", number).Try("list them with: prentice webhook list, and prentice webhook show NAME")
	}
	if err != nil {
		return Delivery{}, err
	}
	return list[0], nil
}

// Standings are how the endpoints stand, by name.
func (p *Post) Standings(ctx context.Context) (map[string]Standing, error) {
	rows, err := p.DB.Query(ctx, `SELECT name, failing, disabled, says, by_whom FROM outgoing_endpoint`)
	list, err := db.List(rows, err, func(scan func(...any) error, s *Standing) error {
		var failing, disabled int64
		err := scan(&s.Name, &failing, &disabled, &s.Says, &s.By)
		s.Failing, s.Disabled = db.Time(failing), db.Time(disabled)
		return err
	}, func(s *Standing, why error) { s.Says = why.Error() })
	if err != nil {
		return nil, fmt.Errorf("look how webhooks stand: %w", err)
	}
	all := map[string]Standing{}
	for _, s := range list {
		all[s.Name] = s
	}
	return all, nil
}

// Counts are how many deliveries are in each state, by endpoint.
func (p *Post) Counts(ctx context.Context) (map[string]map[State]int64, error) {
	type row struct {
		endpoint string
		state    State
		n        int64
	}
	rows, err := p.DB.Query(ctx, `SELECT endpoint, state, COUNT(*) FROM outgoing_delivery GROUP BY endpoint, state`)
	list, err := db.List(rows, err, func(scan func(...any) error, r *row) error { return scan(&r.endpoint, &r.state, &r.n) }, nil)
	if err != nil {
		return nil, fmt.Errorf("count deliveries: %w", err)
	}
	all := map[string]map[State]int64{}
	for _, r := range list {
		if all[r.endpoint] == nil {
			all[r.endpoint] = map[State]int64{}
		}
		all[r.endpoint][r.state] = r.n
	}
	return all, nil
}

// Forget removes deliveries that ended long ago. What waits stays, and what is held as long
// as its event would.
func (p *Post) Forget(ctx context.Context, s db.Sweep) (db.Swept, error) {
	due, out, err := p.DB.Aged(ctx, s, `SELECT number, created, CASE state WHEN 'waiting' THEN 0 WHEN 'held' THEN created ELSE ended END, '', subject FROM outgoing_delivery WHERE number > ? ORDER BY number LIMIT ?`)
	if err != nil || len(due) == 0 {
		return out, err
	}
	if err = p.DB.Write(ctx, func(tx *db.Tx) error { return tx.Delete("outgoing_delivery", "number", due) }); err != nil {
		return db.Swept{}, fmt.Errorf("remove old deliveries: %w", err)
	}
	return out, nil
}

// Stock is how many deliveries are kept, and when the oldest was made.
func (p *Post) Stock(ctx context.Context) (db.Stock, error) {
	return p.DB.Stock(ctx, "outgoing_delivery", "number", "created")
}

// Measure tells a monitoring system what became of the deliveries of events.
func (p *Post) Measure(ctx context.Context) ([]metric.Family, error) {
	f := metric.Family{Name: "prentice_webhook_deliveries", Help: "Events on their way to programs outside that are kept, by webhook and state.", Labels: []string{"webhook", "state"}}
	err := f.Fill(p.DB.Query(ctx, `SELECT endpoint, state, COUNT(*) FROM outgoing_delivery GROUP BY endpoint, state ORDER BY endpoint, state`))
	return []metric.Family{f}, err
}
