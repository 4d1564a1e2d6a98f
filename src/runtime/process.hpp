// Child processes: start, wait with a time limit, signal. For start-up and tests: the calls block, so never use them on
// a loop. A Process is not thread-safe; different ones are independent.
//
// Security: no shell is involved. The child inherits standard input (as /dev/null), output and error and no other
// descriptor, an empty signal mask and default signal actions. Dropping the user drops supplementary groups first and
// fails closed.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"

namespace herald
{

struct UserIds
{
    uid_t uid = 0;
    gid_t gid = 0;
};

// The ids of a user of this machine; nullopt when there is none of that name.
std::optional<UserIds> find_user(const std::string& name);
// The program's path, looked up in PATH when `name` has no slash; nullopt when there is none that can be executed.
std::optional<std::filesystem::path> find_program(const std::string& name);

// Whether this process has the capability (CAP_...) and may hand it on.
bool has_capability(int capability);

enum class ProcessOutput
{
    inherit,
    discard,
    capture,  // kept in memory until asked for by Process::output()
    file,     // appended to ProcessOptions::output_file, made with mode 0600 by the calling user
};

struct ProcessOptions
{
    std::vector<std::string> argv;                   // argv[0] is looked up in PATH when it has no slash
    bool inherit_environment = true;                 // false: only `environment`
    std::map<std::string, std::string> environment;  // added to, or in place of, the inherited one
    std::filesystem::path working_directory;         // empty: the parent's
    std::optional<UserIds> user;  // run as this user and group, without supplementary groups; needs root
    // With `user`: one capability (CAP_...) that the child keeps, and what it starts inherits.
    std::optional<int> keep_capability;
    ProcessOutput output = ProcessOutput::inherit;  // of standard output and standard error together
    std::filesystem::path output_file;
    bool new_process_group = true;  // so that terminal signals pass it by and kill_group() reaches its descendants
    // SIGTERM to the child when the *thread* that started it ends (Linux: PR_SET_PDEATHSIG). Start from a thread that
    // stays.
    bool die_with_parent = false;
};

struct ExitStatus
{
    int code = 0;    // of exit(), when signal is 0
    int signal = 0;  // that ended it

    [[nodiscard]] bool success() const { return code == 0 && signal == 0; }
    [[nodiscard]] std::string describe() const;  // "exit code 1", "signal 9"
};

class Process
{
public:
    // Returns once the program has been executed, or with an Error (internal) that names the step that failed and the
    // system's reason.
    static Result<Process> start(const ProcessOptions& options);
    Process(Process&& other) noexcept;
    Process& operator=(Process&& other) noexcept;
    ~Process();  // a child still running and not detached is killed (its group, too) and reaped

    [[nodiscard]] pid_t pid() const { return pid_; }
    // nullopt: still running after `timeout`. Once it has ended, every call gives the same answer.
    std::optional<ExitStatus> wait(std::chrono::milliseconds timeout);
    std::optional<ExitStatus> poll() { return wait(std::chrono::milliseconds(0)); }
    // Do nothing once the child has been waited for: its id may be someone else's by then.
    void signal(int number);
    void signal_group(int number);  // needs new_process_group; reaches descendants that made no group of their own
    // SIGTERM, then SIGKILL to the group after `grace`; reaps.
    ExitStatus terminate(std::chrono::milliseconds grace);
    // The destructor leaves the child alone from now on.
    void detach() { detached_ = true; }
    // What was captured until now, standard output and error as they came. Empty unless ProcessOutput::capture.
    [[nodiscard]] std::string output() const;

private:
    Process() = default;
    void end();

    pid_t pid_ = -1;
    int pid_descriptor_ = -1;  // readable when the child has ended
    int capture_ = -1;         // memory file
    bool has_group_ = false;
    bool detached_ = false;
    std::optional<ExitStatus> status_;
};

struct FinishedProcess
{
    ExitStatus status;
    std::string output;
};

// Runs to the end with the output captured. Error (internal) when it cannot start or has not ended after `timeout` (it
// is killed then).
Result<FinishedProcess> run_process(ProcessOptions options, std::chrono::milliseconds timeout);

}  // namespace herald
