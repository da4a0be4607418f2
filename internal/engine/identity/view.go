package identity

import (
	"context"
	"errors"
	"fmt"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/db"
)

// mostViews is how many views one person may name.
const mostViews = 50

// Views lists the views of a page that someone has named, by name; of all pages
// for "".
func (i *Identity) Views(ctx context.Context, who prentice.Ref, page string) (_ []SavedView, err error) {
	rows, err := i.db.Query(ctx, `SELECT page, name, query FROM identity_view WHERE who = ? AND (page = ? OR ? = '') ORDER BY page, name`, string(who), page, page)
	if err != nil {
		return nil, fmt.Errorf("list saved views: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	views := []SavedView{}
	for rows.Next() {
		var v SavedView
		if err := rows.Scan(&v.Page, &v.Name, &v.Query); err != nil {
			return nil, fmt.Errorf("list saved views: %w", err)
		}
		views = append(views, v)
	}
	return views, rows.Err()
}

// SaveView names a view; one of the same name of the same page is replaced.
func (i *Identity) SaveView(ctx context.Context, who prentice.Ref, v SavedView) error {
	return i.db.Write(ctx, func(tx *db.Tx) error {
		var others int
		if err := tx.QueryRow(`SELECT COUNT(*) FROM identity_view WHERE who = ? AND NOT (page = ? AND name = ?)`, []any{string(who), v.Page, v.Name}, &others); err != nil {
			return fmt.Errorf("count saved views: %w", err)
		}
		if others >= mostViews {
			return prentice.Errorf(prentice.Limited, "%s has %d saved views already", who, others).Try("remove one with: prentice view remove NAME --page /runs")
		}
		_, err := tx.Exec(`INSERT INTO identity_view (who, page, name, query) VALUES (?, ?, ?, ?) ON CONFLICT (who, page, name) DO UPDATE SET query = excluded.query`, string(who), v.Page, v.Name, v.Query)
		return err
	})
}

// RemoveView forgets a view.
func (i *Identity) RemoveView(ctx context.Context, who prentice.Ref, page, name string) error {
	return i.db.Write(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(`DELETE FROM identity_view WHERE who = ? AND page = ? AND name = ?`, string(who), page, name)
		if err == nil && n == 0 {
			return prentice.Errorf(prentice.NotFound, "no saved view %q of %s", clip.Text(name), clip.Text(page)).Try("list yours with: prentice view list")
		}
		return err
	})
}
