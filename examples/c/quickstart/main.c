/* The first lines with expt, as a program in C99: c_quickstart URL KEY */
#include <inttypes.h>
#include <stdio.h>

static void show_new_checkout(void) { printf("new-checkout: on\n"); }
static void show(int64_t size, const char* variant) {
  printf("page-size: %" PRId64 "\ncheckout-test: %s\n", size, variant);
}

// clang-format off
// [quickstart]
#include <expt/c.h>                                           // pkg-config expt_c, or the CMake target expt::c

expt_code shop(const char* url, const char* key, expt_error** error) {
  expt_client_options options = {.struct_size = sizeof options, .url = expt_str(url), .key = expt_str(key)};
  expt_client* client;
  expt_code code = expt_client_open(&options, &client, error);
  if (code != EXPT_OK) return code;                           // wrong options only
  expt_client_ready(client, 2000);                            // milliseconds everywhere
  expt_context* user = expt_context_new();
  expt_context_set_string(user, expt_str("targeting_key"), expt_str("user-42"));
  expt_context_set_string(user, expt_str("country"), expt_str("CH"));
  expt_context_set_integer(user, expt_str("age"), 31);
  if (expt_client_enabled(client, expt_str("new-checkout"), user)) show_new_checkout();
  int64_t size = expt_client_integer(client, expt_str("page-size"), user, 20);
  expt_text* variant = expt_text_new();
  expt_client_variant(client, expt_str("checkout-test"), user, expt_str("control"), variant);
  show(size, expt_text_view(variant).data);
  expt_track_options purchase = {.struct_size = sizeof purchase, .has_value = true, .value = 19.90};
  expt_client_track(client, expt_str("purchase"), user, &purchase);
  expt_text_free(variant);
  expt_context_free(user);
  code = expt_client_close(client, 2000, error);              // sends what is left
  expt_client_free(client);
  return code;
}
// [quickstart]
// clang-format on

int main(int argc, char** argv) {
  expt_error* error = NULL;
  expt_code code;
  if (argc != 3) {
    fprintf(stderr, "usage: c_quickstart URL KEY\n");
    return 2;
  }
  code = shop(argv[1], argv[2], &error);
  if (code != EXPT_OK) {
    const expt_string message = expt_error_message(error);
    fprintf(stderr, "c_quickstart: %.*s\n", (int)message.size, message.data);
  }
  expt_error_free(error);
  return code == EXPT_OK ? 0 : 1;
}
