#ifndef TESSERA_HTTP_H
#define TESSERA_HTTP_H

#include <stddef.h>

/// A reply, or why there is none. Free it with `tessera_http_free`.
typedef struct {
  /// 0 where no reply came.
  long status;
  char *body;
  size_t length;
  /// The value of the Retry-After header; empty where there was none.
  char retry_after[128];
  /// Why no reply came; empty where one did.
  char problem[256];
  /// 1 where nobody was there to take the request: the host is not known or refused the connection.
  int nobody;
  /// Bytes of the body, unpacked, that are taken; 1 where there were more.
  size_t limit;
  int too_long;
} tessera_http_reply;

/// A connection that one thread uses at a time, kept open between requests.
typedef struct tessera_http tessera_http;

tessera_http *tessera_http_open(void);
void tessera_http_close(tessera_http *connection);

/// Sends a POST request and waits for its reply.
///
/// `authorization` is a whole header, or NULL. `timeout` is in milliseconds, for the request as a whole, and above 0. `limit` is the most bytes of a reply, unpacked.
tessera_http_reply tessera_http_post(
  tessera_http *connection, const char *address, const char *authorization, const char *body, size_t length,
  long timeout, size_t limit);

void tessera_http_free(tessera_http_reply *reply);

#endif
