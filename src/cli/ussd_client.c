/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ussd_client.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <curl/curl.h>
#include <jansson.h>

#include "kentongan/clock.h"
#include "kentongan/ussd.h"

#define SECONDS 15
#define BODY_MAX 65536

/* The service's code: the door's, else as far as the second star. */
static char *service_code(const struct ussd_client *client)
{
	const char *code = client->door->service_code;

	if (*code)
		return xstrdup(code);
	return xasprintf("*%.*s#", (int)strcspn(client->dialled + 1, "*#"), client->dialled + 1);
}

void ussd_client_begin(struct ussd_client *client, const struct conf *conf,
		       const struct conf_ussd *door, const char *phone, const char *dialled)
{
	char *code;
	char behind[256];

	*client =
	    (struct ussd_client){.conf = conf, .door = door, .phone = phone, .dialled = dialled};
	snprintf(client->session, sizeof(client->session), "cli-%lld-%d",
		 (long long)clock_mono_us(), (int)getpid());
	code = service_code(client);
	ussd_dialled(dialled, code, behind, sizeof(behind));
	free(code);
	strbuf_puts(&client->typed, behind);
}

void ussd_client_end(struct ussd_client *client)
{
	if (client->typed.length)
		explicit_bzero(client->typed.text, client->typed.length);
	strbuf_free(&client->typed);
}

/* --- what is sent ------------------------------------------------------------------- */

static char *form_body(struct ussd_client *client, CURL *curl)
{
	char *code = service_code(client);
	char *phone = curl_easy_escape(curl, client->phone, 0);
	char *service = curl_easy_escape(curl, code, 0);
	char *text = curl_easy_escape(curl, client->typed.text, 0);
	char *body =
	    xasprintf("sessionId=%s&phoneNumber=%s&networkCode=99999&serviceCode=%s&text=%s",
		      client->session, phone, service, text);

	free(code);
	curl_free(phone);
	curl_free(service);
	curl_free(text);
	return body;
}

static char *json_body(struct ussd_client *client, const char *input)
{
	char *code = service_code(client), *text;
	const char *said = input ? input : client->dialled;
	json_t *json;

	if (strcmp(client->door->dialect, "hubtel") == 0)
		json = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:i}", "Type",
				 input ? "Response" : "Initiation", "Mobile", client->phone + 1,
				 "SessionId", client->session, "ServiceCode", code, "Message", said,
				 "Operator", "kentongan", "Sequence", client->sequence);
	else
		json = json_pack("{s:s, s:s, s:s, s:b, s:s, s:s}", "USERID", "KENTONGAN", "MSISDN",
				 client->phone + 1, "USERDATA", said, "MSGTYPE", !input, "NETWORK",
				 "KENTONGAN", "SESSIONID", client->session);
	text = json ? json_dumps(json, JSON_COMPACT) : NULL;
	if (!text)
		fatal("out of memory");
	json_decref(json);
	free(code);
	return text;
}

/* --- what comes ----------------------------------------------------------------------- */

static int read_answer(const struct ussd_client *client, const char *body, struct strbuf *screen,
		       bool *ends)
{
	json_t *json;
	const char *text, *type;

	if (strcmp(client->door->dialect, "africastalking") == 0) {
		*ends = strncmp(body, "END ", 4) == 0;
		if (!*ends && strncmp(body, "CON ", 4) != 0)
			return -EPROTO;
		strbuf_puts(screen, body + 4);
		return 0;
	}
	json = json_loads(body, 0, NULL);
	text = json_string_value(json_object_get(json, "Message"));
	type = json_string_value(json_object_get(json, "Type"));
	*ends = type && strcmp(type, "Release") == 0;
	if (!text) {
		text = json_string_value(json_object_get(json, "MSG"));
		*ends = json_is_false(json_object_get(json, "MSGTYPE"));
	}
	if (text)
		strbuf_puts(screen, text);
	json_decref(json);
	return text ? 0 : -EPROTO;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *arg)
{
	struct strbuf *body = arg;

	if (body->length + size * count > BODY_MAX)
		return 0;
	strbuf_add(body, bytes, size * count);
	return size * count;
}

/* An address to listen at everywhere is no address to ask at. */
static char *address(const struct conf *conf, const char *path)
{
	const char *host = conf->http_listen;

	if (strcmp(host, "0.0.0.0") == 0)
		host = "127.0.0.1";
	else if (strcmp(host, "::") == 0)
		host = "::1";
	return xasprintf(strchr(host, ':') ? "http://[%s]:%d%s" : "http://%s:%d%s", host,
			 conf->http_port, path);
}

static int set_password(const struct ussd_client *client, CURL *curl, struct errbuf *err)
{
	char password[256];
	int rc;

	if (!*client->door->user)
		return 0;
	rc = conf_read_secret(client->door->password_file, password, sizeof(password), err);
	if (rc < 0)
		return rc;
	curl_easy_setopt(curl, CURLOPT_USERNAME, client->door->user);
	curl_easy_setopt(curl, CURLOPT_PASSWORD, password);
	explicit_bzero(password, sizeof(password));
	return 0;
}

static int post(const struct ussd_client *client, CURL *curl, const char *body,
		struct strbuf *answer, struct errbuf *err)
{
	bool is_form = strcmp(client->door->dialect, "africastalking") == 0;
	char *url = address(client->conf, client->door->path);
	struct curl_slist *headers =
	    curl_slist_append(NULL, is_form ? "Content-Type: application/x-www-form-urlencoded"
					    : "Content-Type: application/json");
	long status = 0;
	CURLcode code;
	int rc = set_password(client, curl, err);

	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)SECONDS);
	curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer);
	code = rc == 0 ? curl_easy_perform(curl) : CURLE_OK;
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	if (rc == 0 && code != CURLE_OK)
		rc = err_set(err, -EIO, "%s port %d: %s", client->conf->http_listen,
			     client->conf->http_port, curl_easy_strerror(code));
	else if (rc == 0 && status != 200)
		rc = err_set(err, -EPROTO, "the service answers with status %ld", status);
	curl_slist_free_all(headers);
	free(url);
	return rc;
}

int ussd_client_step(struct ussd_client *client, const char *input, struct strbuf *screen,
		     bool *ends, struct errbuf *err)
{
	CURL *curl = curl_easy_init();
	struct strbuf answer = {0};
	char *body;
	int rc;

	if (!curl)
		fatal("out of memory");
	client->sequence++;
	/* Where nobody counts the steps, the same at once would be the same step. */
	if (input && strcmp(client->door->dialect, "nalo") == 0)
		nanosleep(&(struct timespec){.tv_sec = 1, .tv_nsec = 100000000}, NULL);
	if (input && client->typed.length)
		strbuf_putc(&client->typed, '*');
	if (input)
		strbuf_puts(&client->typed, input);
	body = strcmp(client->door->dialect, "africastalking") == 0 ? form_body(client, curl)
								    : json_body(client, input);
	strbuf_clear(screen);
	rc = post(client, curl, body, &answer, err);
	if (rc == 0)
		rc = read_answer(client, answer.length ? answer.text : "", screen, ends);
	if (rc == -EPROTO && answer.length && !*err->text)
		err_set(err, rc, "the service's answer isn't understood");
	curl_easy_cleanup(curl);
	explicit_bzero(body, strlen(body));
	free(body);
	strbuf_free(&answer);
	return rc;
}
