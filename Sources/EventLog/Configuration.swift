import LMDBStore
import MLSCrypto

/// What a log needs from outside.
package struct Configuration: Sendable {
    /// Of the environment; `access` is set by how the log is opened.
    package var environment = EnvironmentOptions(access: .readWrite)
    /// For the salts of payloads and the UUID of a new store.
    package var random = RandomSource.system

    /// How large the store may get; nil for as large as the file system lets it.
    package var quota: Quota?
    /// Asked before each append; nil but in tests of what follows a failure.
    package var fault: (@Sendable () -> AppendFault?)?

    package init() {}

    func options(_ access: Access) -> EnvironmentOptions {
        var options = environment
        options.access = access
        return options
    }
}

/// Where random bytes come from: the system, or a test that wants the same bytes each time.
package struct RandomSource: Sendable {
    /// As many bytes as asked for.
    package let bytes: @Sendable (_ count: Int) -> [UInt8]

    package init(_ bytes: @escaping @Sendable (_ count: Int) -> [UInt8]) {
        self.bytes = bytes
    }

    /// libcrypto's generator, which asks the system now and then, not for each byte.
    package static let system = RandomSource { count in
        do {
            return try SecureRandom.bytes(count)
        } catch {
            preconditionFailure("libcrypto has no randomness: \(error)")
        }
    }
}

/// What goes wrong with an append.
package enum AppendFault: Sendable {
    /// Nothing is written.
    case lost
    /// The record is on the disk, but who asked for it is told of a failure.
    case unreported
}
