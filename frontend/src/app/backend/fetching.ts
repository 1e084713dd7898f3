/** Fetches something by its ID, one at a time for each. */
export class Fetching {
  /** What is being fetched, and whether it is needed once more after that. */
  private readonly underWay = new Map<string, boolean>();

  constructor(
    private readonly fetch: (id: string) => Promise<unknown>,
    private readonly failed: (reason: unknown) => void,
  ) {}

  /** What is under way may be older than this call: then another follows it. */
  async call(id: string): Promise<void> {
    if (this.underWay.has(id)) {
      this.underWay.set(id, true);
      return;
    }
    try {
      do {
        this.underWay.set(id, false);
        await this.fetch(id);
      } while (this.underWay.get(id));
    } catch (reason) {
      this.failed(reason);
    } finally {
      this.underWay.delete(id);
    }
  }
}
