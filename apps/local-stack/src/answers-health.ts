/** Whether the API at this URL answers that it runs. */
export async function answersHealth(apiUrl: string): Promise<boolean> {
  try {
    const response = await fetch(`${apiUrl}/api/health-check`, {
      signal: AbortSignal.timeout(1000),
    })
    await response.body?.cancel()
    return response.ok
  } catch {
    return false
  }
}
