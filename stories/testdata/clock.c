/* A clock for one program, that differs from the machine's by $CLOCK_OFF seconds until the
   program sets it. Nothing here sets the machine's. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

#define SECOND 1000000000LL
static long long off;
static struct timex kept = {.tick = 10000, .status = STA_UNSYNC};

__attribute__((constructor)) static void begin(void) {
  const char *seconds = getenv("CLOCK_OFF");
  off = seconds ? atoll(seconds) * SECOND : 0;
}

static long long real(void) {
  struct timespec t;
  syscall(SYS_clock_gettime, CLOCK_REALTIME, &t);
  return t.tv_sec * SECOND + t.tv_nsec;
}

int clock_gettime(clockid_t id, struct timespec *t) {
  if (id != CLOCK_REALTIME) return syscall(SYS_clock_gettime, id, t);
  long long now = real() + off;
  t->tv_sec = now / SECOND, t->tv_nsec = now % SECOND;
  return 0;
}

int gettimeofday(struct timeval *t, void *zone) {
  long long now = real() + off;
  t->tv_sec = now / SECOND, t->tv_usec = now % SECOND / 1000;
  return 0;
}

time_t time(time_t *t) {
  time_t now = (real() + off) / SECOND;
  if (t) *t = now;
  return now;
}

int clock_settime(clockid_t id, const struct timespec *t) {
  off = t->tv_sec * SECOND + t->tv_nsec - real();
  return 0;
}

int settimeofday(const struct timeval *t, const struct timezone *zone) {
  off = t->tv_sec * SECOND + t->tv_usec * 1000LL - real();
  return 0;
}

int adjtimex(struct timex *x) {
  if (x->modes & ADJ_SETOFFSET) off += x->time.tv_sec * SECOND + x->time.tv_usec * (x->modes & ADJ_NANO ? 1LL : 1000LL);
  if (x->modes & ADJ_FREQUENCY) kept.freq = x->freq;
  if (x->modes & ADJ_TICK) kept.tick = x->tick;
  if (x->modes & ADJ_STATUS) kept.status = x->status;
  unsigned modes = x->modes;
  *x = kept;
  x->modes = modes;
  return TIME_OK;
}

int ntp_adjtime(struct timex *x) { return adjtimex(x); }
int clock_adjtime(clockid_t id, struct timex *x) { return adjtimex(x); }
