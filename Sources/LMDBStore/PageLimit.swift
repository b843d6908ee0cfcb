/// How much one read transaction may take: a long reader keeps the file from reusing its pages.
package struct PageLimit: Sendable {
    package static let rows = 1000
    package static let duration = Duration.milliseconds(50)

    private var rowsLeft: Int
    private let deadline: ContinuousClock.Instant

    /// Starts the clock. At least one row, at most ``rows``.
    package init(rows: Int) {
        rowsLeft = min(max(rows, 1), Self.rows)
        deadline = .now + Self.duration
    }

    /// Counts one row; returns whether another one may follow.
    package mutating func take() -> Bool {
        rowsLeft -= 1
        return rowsLeft > 0 && .now < deadline
    }
}

/// Part of a longer list.
package struct Page<Element: Sendable>: Sendable {
    package var elements: [Element]
    /// Where the next page starts; nil at the end of the list.
    package var next: UInt64?

    package init(elements: [Element] = [], next: UInt64? = nil) {
        self.elements = elements
        self.next = next
    }
}

extension Page: Equatable where Element: Equatable {}
