/// A binary heap: the least element first.
struct Heap<Element> {
  private var elements: [Element] = []
  private let precedes: (Element, Element) -> Bool

  init(_ precedes: @escaping (Element, Element) -> Bool) { self.precedes = precedes }

  mutating func push(_ element: Element) {
    elements.append(element)
    var i = elements.count - 1
    while i > 0, precedes(elements[i], elements[(i - 1) / 2]) {
      elements.swapAt(i, (i - 1) / 2)
      i = (i - 1) / 2
    }
  }

  mutating func pop() -> Element? {
    guard let first = elements.first, let last = elements.popLast() else { return nil }
    if elements.isEmpty { return first }
    elements[0] = last
    var i = 0
    while true {
      var least = i
      for child in [2 * i + 1, 2 * i + 2] where child < elements.count {
        if precedes(elements[child], elements[least]) { least = child }
      }
      if least == i { return first }
      elements.swapAt(i, least)
      i = least
    }
  }
}
