import Glibc

/// What is done when liblmdb crashes on the pages of a damaged store: it checks none of them.
///
/// Faults of this program's own code are traps, which come as other signals and are not hidden.
enum CrashGuard {
    /// From now on such a crash is one line and exit status 2.
    static func install() {
        for signal in [SIGSEGV, SIGBUS, SIGABRT] {
            var action = sigaction()
            action.__sigaction_handler.sa_handler = { _ in
                // Only calls that are safe inside a signal handler.
                let message: StaticString =
                    "hubstore: the store is damaged: liblmdb can't read its pages\n"
                _ = write(STDERR_FILENO, message.utf8Start, message.utf8CodeUnitCount)
                _exit(2)
            }
            sigaction(signal, &action, nil)
        }
    }
}
