#include "tessera_http.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

// A small layer over libcurl, whose options are variadic functions that Swift cannot call.

struct tessera_http {
  CURL *curl;
};

static void prepare(void) __attribute__((constructor));
static void prepare(void) { curl_global_init(CURL_GLOBAL_DEFAULT); }

tessera_http *tessera_http_open(void) {
  tessera_http *connection = calloc(1, sizeof *connection);
  if (!connection) return NULL;
  connection->curl = curl_easy_init();
  if (!connection->curl) {
    free(connection);
    return NULL;
  }
  return connection;
}

void tessera_http_close(tessera_http *connection) {
  if (!connection) return;
  curl_easy_cleanup(connection->curl);
  free(connection);
}

static size_t receive(char *data, size_t size, size_t count, void *target) {
  tessera_http_reply *reply = target;
  size_t length = size * count;
  if (length > reply->limit - reply->length) {
    reply->too_long = 1;
    return 0;
  }
  char *grown = realloc(reply->body, reply->length + length + 1);
  if (!grown) return 0;
  reply->body = grown;
  memcpy(reply->body + reply->length, data, length);
  reply->length += length;
  return length;
}

static size_t header(char *data, size_t size, size_t count, void *target) {
  tessera_http_reply *reply = target;
  size_t length = size * count;
  static const char name[] = "retry-after:";
  size_t prefix = sizeof name - 1;
  if (length > prefix && strncasecmp(data, name, prefix) == 0) {
    size_t rest = length - prefix;
    if (rest >= sizeof reply->retry_after) rest = sizeof reply->retry_after - 1;
    memcpy(reply->retry_after, data + prefix, rest);
    reply->retry_after[rest] = 0;
  }
  return length;
}

tessera_http_reply tessera_http_post(
  tessera_http *connection, const char *address, const char *authorization, const char *body, size_t length,
  long timeout, size_t limit) {
  tessera_http_reply reply;
  memset(&reply, 0, sizeof reply);
  reply.limit = limit;
  CURL *curl = connection->curl;
  char error[CURL_ERROR_SIZE] = "";
  struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/json");
  // Servers that do not know "Expect: 100-continue" would cost a second for each request.
  headers = curl_slist_append(headers, "Expect:");
  if (authorization) headers = curl_slist_append(headers, authorization);
  curl_easy_reset(curl);
  curl_easy_setopt(curl, CURLOPT_URL, address);
#if LIBCURL_VERSION_NUM >= 0x075500
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
#endif
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(curl, CURLOPT_POST, 1L);
  curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
  curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)length);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, timeout);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, timeout < 30000 ? timeout : 30000L);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, "");
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "tessera");
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, receive);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &reply);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, header);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, &reply);
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, error);
  CURLcode code = curl_easy_perform(curl);
  if (code == CURLE_OK) {
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &reply.status);
  } else {
    const char *text = error[0] ? error : curl_easy_strerror(code);
    strncpy(reply.problem, text, sizeof reply.problem - 1);
    reply.nobody = code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST;
  }
  curl_slist_free_all(headers);
  // The error buffer lives in this call alone.
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, NULL);
  return reply;
}

void tessera_http_free(tessera_http_reply *reply) {
  free(reply->body);
  reply->body = NULL;
}
