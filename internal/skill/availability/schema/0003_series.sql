-- +goose Up
-- What is counted is kept as series from now on (the owner "series", whose tables are there before).
-- How quick the quickest answer was is not known of what was counted before, nor the slowest of an hour.
INSERT INTO series_points (kind, about, name, step, slot, n, total, least, most)
    SELECT 'probe.pass', service, probe, 300, slot, passed, latency, 0, slowest FROM availability_looks WHERE passed > 0;
INSERT INTO series_points (kind, about, name, step, slot, n, total, least, most)
    SELECT 'probe.fail', service, probe, 300, slot, failed, 0, 0, 0 FROM availability_looks WHERE failed > 0;
INSERT INTO series_points (kind, about, name, step, slot, n, total, least, most)
    SELECT 'probe.unseen', service, probe, 300, slot, unseen, 0, 0, 0 FROM availability_looks WHERE unseen > 0;
INSERT INTO series_points (kind, about, name, step, slot, n, total, least, most)
    SELECT 'probe.pass', service, probe, 3600, hour, passed, latency, 0, 0 FROM availability_hours WHERE passed > 0;
INSERT INTO series_points (kind, about, name, step, slot, n, total, least, most)
    SELECT 'probe.fail', service, probe, 3600, hour, failed, 0, 0, 0 FROM availability_hours WHERE failed > 0;
INSERT INTO series_points (kind, about, name, step, slot, n, total, least, most)
    SELECT 'probe.unseen', service, probe, 3600, hour, unseen, 0, 0, 0 FROM availability_hours WHERE unseen > 0;
DROP TABLE availability_looks;
DROP TABLE availability_hours;
