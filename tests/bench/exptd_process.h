// The program exptd as a child process, on a free port and an empty directory, with an SDK key to send events under.
#ifndef EXPT_TESTS_BENCH_EXPTD_PROCESS_H_
#define EXPT_TESTS_BENCH_EXPTD_PROCESS_H_

#include <sys/types.h>

#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

namespace expt::bench {

class ExptdProcess {
 public:
  // `program` is the path of exptd, `directory` its data directory. Ends this program with a sentence when exptd does
  // not start.
  ExptdProcess(const std::string& program, const std::string& directory, const std::vector<std::string>& more_arguments);
  // Ends it with SIGTERM and waits.
  ~ExptdProcess();
  ExptdProcess(const ExptdProcess&) = delete;
  ExptdProcess& operator=(const ExptdProcess&) = delete;

  // Makes a project, an environment and a server key; "<key id>.<secret>".
  std::string MakeServerKey();

  uint16_t port() const;
  const std::string& url() const { return url_; }
  // User and system time that it has used so far.
  double CpuSeconds() const;

 private:
  std::string ReadLine();
  std::string PostForField(const std::string& path, const std::string& bearer, const std::string& body,
                           const std::string& field) const;

  pid_t pid_ = 0;
  std::FILE* out_ = nullptr;
  std::string setup_token_;
  std::string url_;
};

}  // namespace expt::bench

#endif  // EXPT_TESTS_BENCH_EXPTD_PROCESS_H_
