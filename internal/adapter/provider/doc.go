// Package provider knows the database servers that are installed on this machine, and how one
// is begun for an environment: PostgreSQL, MySQL and MariaDB, Redis and Valkey.
//
// Its words: a server is one that was found, with its version; a launch is how it is begun in
// a sandbox, where it makes its own data where there is none, with the variables that the
// official images know (POSTGRES_PASSWORD, MYSQL_DATABASE …), so that a compose file means the
// same. What takes long and is the same for all is prepared once, see Prepared.
//
// It begins nothing itself, and refuses a server that is not here with the command that
// installs it.
package provider
