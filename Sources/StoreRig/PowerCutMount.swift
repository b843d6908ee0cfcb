import Glibc

/// A file system on a device of its own, which can lose its power.
package struct PowerCutMount: Sendable {
    /// What the file system does at the end (`EXT4_GOING_FLAGS`, `XFS_FSOP_GOING_FLAGS`).
    package enum Cut: UInt32, CaseIterable, Sendable {
        /// The journal is written, other data is not.
        case withJournal = 1
        /// Nothing is.
        case atOnce = 2
    }

    let device: String
    let path: String
    let fileSystem: String

    /// The device has a file system of this kind, which is not mounted.
    package init(device: String, at path: String, fileSystem: String) throws {
        self.device = device
        self.path = path
        self.fileSystem = fileSystem
        try mount()
    }

    /// `EXT4_IOC_SHUTDOWN` and `XFS_IOC_GOINGDOWN`: `_IOR('X', 125, __u32)`.
    private static let shutdown: UInt = 0x8004_587d

    /// From now on nothing reaches the device.
    func cut(_ generator: inout SeededGenerator) throws -> Cut {
        let cut = Cut.allCases.randomElement(using: &generator) ?? .atOnce
        let directory = open(path, O_RDONLY | O_CLOEXEC)
        guard directory >= 0 else { throw RigError("\(path): \(String(cString: strerror(errno)))") }
        defer { close(directory) }
        var flags = cut.rawValue
        guard ioctl(directory, Self.shutdown, &flags) == 0 else {
            throw RigError("ioctl \(path): \(String(cString: strerror(errno)))")
        }
        return cut
    }

    /// What the next start of the machine finds.
    func mountAgain() throws {
        try unmount()
        try mount()
    }

    private func mount() throws {
        try ChildProcess.run("mount", ["-t", fileSystem, device, path])
    }

    package func unmount() throws {
        try ChildProcess.run("umount", [path])
    }
}
