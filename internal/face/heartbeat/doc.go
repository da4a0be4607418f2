// Package heartbeat is the face for jobs that say that they live, in the words of the
// programs that people have used for it, so that a script changes its address and no more:
//
//	/ping/UUID and /ping/KEY/NAME, with /start, /fail, /log or /EXIT-STATUS   healthchecks
//	/api/v3/checks/, where a token stands in the place of the API key         healthchecks
//	/api/push/KEY                                                             Uptime Kuma
//	/api/v1/endpoints/NAME/external                                           Gatus
//	/api/v2/heartbeat/KEY                                                     GoAlert
//	/api/PROJECT/cron/NAME/KEY/ and /api/PROJECT/envelope/                    Sentry
//
// The first are there without /ping as well. A key in the address says which job, or
// which team; it is no one's account and opens nothing else.
//
// It holds no rules. It refuses bodies without an end, and tells no log what stands in an
// address, since keys do.
package heartbeat
