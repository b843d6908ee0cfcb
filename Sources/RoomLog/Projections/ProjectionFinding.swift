import EventLog

/// Something beside the log that is not what the records make.
package struct ProjectionFinding: Error, Hashable, Sendable {
    /// The name of the projection, or `snap`.
    package let projection: String
    /// The row; empty for what is about the projection as a whole.
    package let key: [UInt8]
    package let expected: String
    package let actual: String

    init(_ projection: String, _ key: [UInt8] = [], expected: String, actual: String) {
        self.projection = projection
        self.key = key
        self.expected = expected
        self.actual = actual
    }

    init(_ projection: Projection, _ key: [UInt8] = [], expected: String, actual: String) {
        self.init(projection.rawValue, key, expected: expected, actual: actual)
    }
}

extension ProjectionFinding: CustomStringConvertible {
    package var description: String {
        let row = key.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        return "\(projection) \(row): expected \(expected), found \(actual)"
    }
}
