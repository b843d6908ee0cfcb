/// What may be done with an open environment.
package enum Access: Sendable {
    case readOnly
    case readWrite
}

package struct EnvironmentOptions: Sendable {
    package var access: Access
    /// Bytes of address space for the file; the file itself is only as long as its content.
    /// Halved as often as the system refuses it, down to ``smallestMapSize``.
    package var mapSize = 1 << 40
    /// Read transactions at one time, over all processes.
    package var maxReaders: UInt32 = 1024
    package var maxTables: UInt32 = 64
    /// Trust the locks and syncs of a network or user-space file system.
    package var allowsNetworkFileSystem = false

    package static let smallestMapSize = 1 << 26

    package init(access: Access) {
        self.access = access
    }
}
