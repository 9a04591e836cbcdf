// A client stands what happens to its process: exits, signals, forks, unloading, disks that fail.
#include <dlfcn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <future>
#include <string>
#include <utility>

#include "src/wire/event_codec.h"
#include "tests/client/control_plane.h"

namespace {

using expt::test::ControlPlane;

struct Finished {
  std::string output;
  int exit_code = -1;
};

class Hazard : public ::testing::Test {
 protected:
  Hazard() { plane_.Publish({.version = 1}); }

  Finished Run(const std::string& name, const std::string& directory = "", const std::string& before = "") {
    const std::string command = before + " timeout 60 " EXPT_HAZARD " " + name + " " + plane_.url() + " " +
                                plane_.key() + (directory.empty() ? "" : " " + directory) + " 2>&1";
    Finished run;
    FILE* const pipe = popen(command.c_str(), "r");
    char bytes[256];
    while (fgets(bytes, sizeof bytes, pipe) != nullptr) run.output += bytes;
    run.exit_code = WEXITSTATUS(pclose(pipe));
    return run;
  }

  int Stored(const std::string& name) const {
    int count = 0;
    for (const expt::wire::Event& event : plane_.stored()) {
      const auto* metric = std::get_if<expt::wire::MetricEvent>(&event.body);
      if (metric != nullptr && metric->name == name) ++count;
    }
    return count;
  }

  ControlPlane plane_;
};

class Directory {
 public:
  Directory() {
    std::string name = std::filesystem::temp_directory_path() / "hazard-XXXXXX";
    path_ = mkdtemp(name.data());
  }
  ~Directory() { std::filesystem::remove_all(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

TEST_F(Hazard, ExitInTheMiddleOfAFlushEndsWithinTheDestructorsBound) {
  std::promise<void> release;
  plane_.SetHold(release.get_future().share());
  const Finished run = Run("exit_while_flushing");
  EXPECT_EQ(run.exit_code, 0) << run.output;  // 124 is the time-out
  release.set_value();
}

TEST_F(Hazard, AStaticClientDeliversWhenTheProgramEnds) {
  const Finished run = Run("static_destruction");
  EXPECT_EQ(run.exit_code, 0) << run.output;
  EXPECT_EQ(Stored("at_exit"), 1);
}

TEST_F(Hazard, SignalsAThousandTimesASecond) {
  const Finished run = Run("signals");
  EXPECT_EQ(run.exit_code, 0) << run.output;
  EXPECT_EQ(Stored("survived"), 10);
}

TEST_F(Hazard, AThousandShortClientsLeaveNothing) {
  const Finished run = Run("short_clients");
  EXPECT_EQ(run.exit_code, 0) << run.output;
}

TEST_F(Hazard, WorkersForkedAfterOpening) {
#ifdef __SANITIZE_THREAD__
  GTEST_SKIP() << "ThreadSanitizer ends a forked child whose first thread gets the place of a thread of its parent";
#endif
  const Finished run = Run("prefork");
  EXPECT_EQ(run.exit_code, 0) << run.output;
  EXPECT_EQ(Stored("parent"), 1);
  EXPECT_EQ(Stored("child"), 8);
  EXPECT_EQ(Stored("survived"), 1);
}

TEST_F(Hazard, ADirectoryThatCannotBeWritten) {
  const Finished run = Run("without_disk", "/proc/expt");
  EXPECT_EQ(run.exit_code, 0) << run.output;
  EXPECT_EQ(Stored("survived"), 1);
}

TEST_F(Hazard, AFullDisk) {
  const Directory directory;
  const Finished run = Run("disk_full", directory.path());
  EXPECT_EQ(run.exit_code, 0) << run.output;
  EXPECT_EQ(Stored("survived"), 1);
}

#ifndef EXPT_SANITIZED  // a sanitizer must be loaded first
TEST_F(Hazard, ADiskThatFailsToKeep) {
  const Directory directory;
  const Finished run = Run("without_disk", directory.path(), "LD_PRELOAD=" EXPT_FAILING_SYNC);
  EXPECT_EQ(run.exit_code, 0) << run.output;
  EXPECT_THAT(run.output, ::testing::HasSubstr("nput/output error"));
  EXPECT_EQ(Stored("survived"), 1);
}
#endif

TEST_F(Hazard, APluginThatIsUnloadedAgainAndAgain) {
  for (int i = 1; i <= 20; ++i) {
    void* const plugin = dlopen(EXPT_PLUGIN, RTLD_NOW | RTLD_LOCAL);
    ASSERT_NE(plugin, nullptr) << dlerror();
    const auto use = reinterpret_cast<int (*)(const char*, const char*)>(dlsym(plugin, "UseClient"));
    ASSERT_NE(use, nullptr);
    int result = -1;
    // On a thread of its own, whose end lets go of what the plugin keeps per thread.
    std::async(std::launch::async, [&] { result = use(plane_.url().c_str(), plane_.key().c_str()); }).get();
    EXPECT_EQ(result, 0);
    EXPECT_EQ(dlclose(plugin), 0);
    EXPECT_EQ(Stored("plugin"), i);
  }
}

}  // namespace
