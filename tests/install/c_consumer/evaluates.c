/* Evaluates every flag of a signed snapshot file, one decision a line. Usage: evaluates SNAPSHOT ROOT */
#include <expt/c.h>
#include <stdio.h>

static char bytes[1 << 20];

static size_t read_file(const char* path) {
  FILE* file = fopen(path, "rb");
  size_t size = 0;
  if (file != NULL) {
    size = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
  }
  return size;
}

static void print_decision(void* user, const expt_decision* decision) {
  expt_text* json = user;
  if (expt_decision_json(decision, json) == EXPT_OK) puts(expt_text_view(json).data);
}

int main(int argc, char** argv) {
  expt_root* root;
  expt_snapshot* snapshot;
  expt_trust trust = {.struct_size = sizeof trust};
  expt_input input = {.struct_size = sizeof input};
  expt_context* user = expt_context_new();
  expt_text* json = expt_text_new();
  if (argc != 3) return 2;
  if (expt_root_parse(bytes, read_file(argv[2]), NULL, &root, NULL) != EXPT_OK) return 1;
  trust.root = root;
  if (expt_snapshot_parse(bytes, read_file(argv[1]), &trust, &snapshot, NULL) != EXPT_OK) return 1;
  expt_context_set_string(user, expt_str("targeting_key"), expt_str("u1"));
  expt_context_set_string(user, expt_str("country"), expt_str("CH"));
  expt_snapshot_decide_all(snapshot, user, &input, print_decision, json);
  expt_text_free(json);
  expt_context_free(user);
  expt_snapshot_free(snapshot);
  expt_root_free(root);
  return 0;
}
