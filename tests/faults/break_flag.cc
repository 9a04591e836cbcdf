// break_flag HEAD SNAPSHOT HEAD_KEY SNAPSHOT_KEY FLAG OUT_HEAD OUT_SNAPSHOT: the next version of a snapshot, in which a
// flag needs a feature that no library has, and the Head that names it. Prints its digest. exptd publishes no such
// thing; an exptd of the future will, to clients of today.
#include <cstdio>
#include <fstream>
#include <iterator>
#include <span>
#include <string>

#include "control-plane/publish/hex.h"
#include "control-plane/publish/key_file.h"
#include "control-plane/publish/snapshot_model.h"
#include "src/host/signed_file.h"
#include "src/wire/head.h"
#include "src/wire/snapshot_codec.h"

namespace {

using expt::model::Index;

std::string Read(const char* path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void Write(const char* path, const std::string& bytes) { std::ofstream(path, std::ios::binary) << bytes; }

std::string Sign(expt::wire::PayloadType type, const std::string& plain, const char* key_path) {
  const auto key = expt::publish::ReadKeyFile(key_path);
  return expt::host::MakeSignedFile(type, plain, std::span(&*key, 1));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 8) return 2;
  auto model = expt::publish::ReadModel(Read(argv[2]));
  const std::string head_file = Read(argv[1]);
  const auto envelope = expt::wire::ParseEnvelope(head_file, expt::wire::PayloadType::kHead);
  auto head = expt::wire::DecodeHead(envelope->payload);
  if (!model.ok() || !head.ok()) return 1;

  const auto feature = static_cast<Index>(model->strings.size());
  model->strings.push_back("of-the-future");
  for (expt::model::Flag& flag : model->flags) {
    if (model->strings[flag.key] == argv[5]) flag.required_features.push_back(feature);
  }
  ++model->version;
  model->golden_vectors.clear();
  const std::string file = Sign(expt::wire::PayloadType::kSnapshot, expt::wire::EncodeSnapshot(*model), argv[4]);
  const auto snapshot = expt::wire::ParseEnvelope(file, expt::wire::PayloadType::kSnapshot);
  head->stable = {.version = model->version,
                  .digest = expt::host::Sha256(snapshot->payload),
                  .size_bytes = snapshot->payload.size()};
  head->head_number += 1'000'000;
  Write(argv[6], Sign(expt::wire::PayloadType::kHead, expt::wire::EncodeHead(*head), argv[3]));
  Write(argv[7], file);
  std::printf("%s\n", expt::publish::Hex(head->stable.digest).c_str());
  return 0;
}
